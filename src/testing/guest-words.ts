/** A program with its arguments. */
export interface GuestCommand {
  readonly path: string;
  readonly args: string;
}

/** What the suite needs to know of a family of guests. */
export interface GuestWords {
  readonly separator: '/' | '\\';
  /** Runs a line through the command interpreter of the guest. */
  shell(line: string): GuestCommand;
  /** Ends at once with an exit code. */
  exit(code: number): GuestCommand;
  /** Runs for about two seconds. */
  readonly shortWait: GuestCommand;
  /** Runs for longer than any case. */
  readonly longWait: GuestCommand;
  /** Name of `longWait` in the list of processes. */
  readonly longWaitName: string;
  /** Default interpreter of scripts. */
  readonly shellPath: string;
  /** A script for the default interpreter that writes a word into a file and ends with an exit code. */
  script(word: string, path: string, exitCode: number): string;
  /** Another interpreter, and a script for it that writes a word into a file and ends with an exit code. */
  readonly interpreter: string;
  interpreterScript(word: string, path: string, exitCode: number): string;
  /** Its name without a path, and a path of it that is relative. */
  readonly bareInterpreter: string;
  readonly relativeInterpreter: string;
  /** Absolute paths at which nothing is. */
  readonly absentPath: string;
  readonly absentProgram: string;
  /** A file that only an administrator may write, in a directory of which the same is true. */
  readonly protectedPath: string;
  /** A directory that is always there. */
  readonly knownDirectory: string;
}

const system32 = 'C:\\Windows\\System32';

/** Words for each family of guests. */
export const guestWords: Readonly<Record<'posix' | 'windows', GuestWords>> = {
  posix: {
    separator: '/',
    shell: (line) => ({ path: '/bin/sh', args: `-c '${line.replaceAll("'", `'\\''`)}'` }),
    exit: (code) => ({ path: '/bin/sh', args: `-c 'exit ${code}'` }),
    shortWait: { path: '/bin/sleep', args: '2' },
    longWait: { path: '/bin/sleep', args: '86400' },
    longWaitName: 'sleep',
    shellPath: '/bin/sh',
    script: (word, path, exitCode) => `echo ${word} > "${path}"\nexit ${exitCode}\n`,
    interpreter: '/bin/bash',
    interpreterScript: (word, path, exitCode) => `words=(${word})\necho "\${words[0]}" > "${path}"\nexit ${exitCode}\n`,
    bareInterpreter: 'bash',
    relativeInterpreter: './bash',
    absentPath: '/revix-absent',
    absentProgram: '/usr/bin/revix-absent',
    protectedPath: '/etc/revix-protected',
    knownDirectory: '/etc',
  },
  windows: {
    separator: '\\',
    shell: (line) => ({ path: `${system32}\\cmd.exe`, args: `/c ${line}` }),
    exit: (code) => ({ path: `${system32}\\cmd.exe`, args: `/c exit ${code}` }),
    shortWait: { path: `${system32}\\ping.exe`, args: '-n 3 127.0.0.1' },
    longWait: { path: `${system32}\\notepad.exe`, args: '' },
    longWaitName: 'notepad.exe',
    shellPath: `${system32}\\cmd.exe`,
    script: (word, path, exitCode) => `@echo off\necho ${word}> "${path}"\nexit /b ${exitCode}\n`,
    interpreter: `${system32}\\cscript.exe`,
    interpreterScript: (word, path, exitCode) =>
      `Set files = CreateObject("Scripting.FileSystemObject")\nSet file = files.CreateTextFile("${path}", True)\n` +
      `file.WriteLine "${word}"\nfile.Close\nWScript.Quit ${exitCode}\n`,
    bareInterpreter: 'cscript',
    relativeInterpreter: 'C:cscript.exe',
    absentPath: 'C:\\revix-absent',
    absentProgram: 'C:\\Windows\\revix-absent.exe',
    protectedPath: 'C:\\Windows\\revix-protected',
    knownDirectory: 'C:\\Windows',
  },
};
