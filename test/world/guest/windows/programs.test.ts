import { describe, expect, it } from 'vitest';
import { Fault } from '../../../../src/base/fault.js';
import type { GuestProcessView } from '../../../../src/world/guest/program.js';
import { crlf, type RunResult, WindowsGuest } from './windows-guest.js';

interface Case {
  readonly command: string;
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

const fruits = crlf('apple', 'Banana', 'cherry 1', 'apple pie');

const filterCases: readonly Case[] = [
  { command: 'find "apple"', stdin: fruits, stdout: crlf('apple', 'apple pie') },
  { command: 'find /v "apple"', stdin: fruits, stdout: crlf('Banana', 'cherry 1') },
  { command: 'find /i /n "BAN"', stdin: fruits, stdout: crlf('[2]Banana') },
  { command: 'find /c "apple" f.txt', stdout: crlf('', '---------- F.TXT: 2') },
  { command: 'find "pie" f.txt', stdout: crlf('', '---------- F.TXT', 'apple pie') },
  { command: 'find "nope" f.txt', stdout: crlf('', '---------- F.TXT'), exitCode: 1 },
  { command: 'find "x" nope.txt', stderr: crlf('File not found - NOPE.TXT'), exitCode: 1 },
  { command: 'find x', stderr: crlf('FIND: Parameter format not correct'), exitCode: 2 },
  { command: 'findstr apple f.txt', stdout: crlf('apple', 'apple pie') },
  { command: 'findstr "pie cherry" f.txt', stdout: crlf('cherry 1', 'apple pie') },
  { command: 'findstr /c:"apple pie" f.txt', stdout: crlf('apple pie') },
  { command: 'findstr /i /b ban f.txt', stdout: crlf('Banana') },
  { command: 'findstr /r "^a.*e$" f.txt', stdout: crlf('apple', 'apple pie') },
  { command: 'findstr /r "[0-9]" f.txt', stdout: crlf('cherry 1') },
  { command: 'findstr /x apple f.txt', stdout: crlf('apple') },
  { command: 'findstr /v /n a f.txt', stdout: crlf('3:cherry 1') },
  { command: 'findstr /s /m Banana *.txt', stdout: crlf('f.txt', 'sub\\f2.txt') },
  { command: 'findstr nope f.txt', exitCode: 1 },
  { command: 'findstr', stderr: crlf('FINDSTR: Bad command line'), exitCode: 2 },
  { command: 'findstr /l a.b', stdin: crlf('axb', 'a.b'), stdout: crlf('a.b') },
  { command: 'sort', stdin: crlf('b', 'A', 'c'), stdout: crlf('A', 'b', 'c') },
  { command: 'sort /r f.txt /o s.txt & type s.txt', stdout: crlf('cherry 1', 'Banana', 'apple pie', 'apple') },
  { command: 'sort /unique', stdin: crlf('b', 'a', 'B'), stdout: crlf('a', 'b') },
  { command: 'more f.txt', stdout: fruits },
  { command: 'more nope.txt', stderr: crlf('Cannot access file C:\\Work\\nope.txt'), exitCode: 1 },
  { command: 'fc f.txt sub\\f2.txt >nul', exitCode: 1 },
  { command: 'fc f.txt f.txt', stdout: crlf('Comparing files f.txt and F.TXT', 'FC: no differences encountered', '') },
  { command: 'fc f.txt nope', stderr: crlf('FC: cannot open NOPE - No such file or folder'), exitCode: 2 },
  { command: 'where whoami', stdout: crlf('C:\\Windows\\System32\\whoami.exe') },
  { command: 'where /r C:\\Work *.txt', stdout: crlf('C:\\Work\\f.txt', 'C:\\Work\\sub\\f2.txt') },
  { command: 'where nope', stderr: crlf('INFO: Could not find files for the given pattern(s).'), exitCode: 1 },
  { command: 'attrib f.txt', stdout: crlf('A            C:\\Work\\f.txt') },
  { command: 'attrib +h +r f.txt & attrib f.txt', stdout: crlf('A   HR       C:\\Work\\f.txt') },
  { command: 'attrib +s f.txt & attrib f.txt & dir /b /as', stdout: crlf('A  S         C:\\Work\\f.txt', 'f.txt') },
  { command: 'attrib nope', stderr: crlf('File not found - C:\\Work\\nope'), exitCode: 1 },
  { command: 'xcopy sub new /i /e', stdout: crlf('sub\\f2.txt', '1 File(s) copied') },
  { command: 'xcopy f.txt sub', stdout: crlf('f.txt', '1 File(s) copied') },
  { command: 'xcopy nope x', stderr: crlf('File not found - nope'), stdout: crlf('0 File(s) copied'), exitCode: 4 },
  {
    command: 'robocopy nope x >nul',
    stderr: crlf(
      'ERROR 2 (0x00000002) Accessing Source Directory C:\\Work\\nope\\',
      'The system cannot find the file specified.',
    ),
    exitCode: 16,
  },
];

function prepared(): WindowsGuest {
  const guest = new WindowsGuest();
  guest.files.write('C:\\Work\\f.txt', fruits);
  guest.files.makeDirectory('C:\\Work\\sub');
  guest.files.write('C:\\Work\\sub\\f2.txt', 'Banana');
  return guest;
}

/** A pattern that a backtracking expression would try for ever on a row of `a`. */
const costly = `${'a*'.repeat(15)}b`;

describe('patterns that take too long', () => {
  it.each([`findstr /r "${costly}"`, `findstr /r /v "${costly}"`])('%s is given up', async (command) => {
    const stderr = crlf(`FINDSTR: Search string too expensive to match: ${costly}`);
    expect(await prepared().cmd(command, { stdin: crlf('a'.repeat(64)) })).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it('none is one for names of files', async () => {
    const guest = prepared();
    guest.files.write(`C:\\Work\\${'a'.repeat(68)}`, '');
    guest.files.write(`C:\\Work\\${'a'.repeat(68)}b`, '');
    expect((await guest.cmd(`dir /b ${costly}`)).stdout).toBe(crlf(`${'a'.repeat(68)}b`));
  });
});

describe('programs over text and files', () => {
  it.each(filterCases)('$command', async ({ command, stdin = '', stdout = '', stderr = '', exitCode = 0 }) => {
    expect(await prepared().cmd(command, { stdin })).toEqual({ exitCode, stdout, stderr });
  });

  it('robocopy mirrors a tree and says by bits what it did', async () => {
    const guest = prepared();
    guest.files.makeDirectory('C:\\Mirror\\old', { makeParents: true });
    expect((await guest.run('robocopy.exe', 'C:\\Work C:\\Mirror /mir')).exitCode).toBe(3);
    expect(guest.text('C:\\Mirror\\sub\\f2.txt')).toBe('Banana');
    expect(guest.files.exists('C:\\Mirror\\old')).toBe(false);
    expect((await guest.run('robocopy.exe', 'C:\\Work C:\\Mirror /mir')).exitCode).toBe(0);
  });

  it('xcopy into its own tree ends', async () => {
    const guest = prepared();
    expect((await guest.run('xcopy.exe', 'C:\\Work C:\\Work\\copy /e /i')).exitCode).toBe(0);
    expect(guest.text('C:\\Work\\copy\\f.txt')).toBe(fruits);
  });
});

const systemCases: readonly Case[] = [
  { command: 'whoami', stdout: crlf('winbox\\alice') },
  { command: 'hostname', stdout: crlf('WINBOX') },
  {
    command: 'sc query nope',
    stdout: crlf(
      '[SC] EnumQueryServicesStatus:OpenService FAILED 1060:',
      '',
      'The specified service does not exist as an installed service.',
      '',
    ),
    exitCode: 1060,
  },
  { command: 'net start | find "VMware"', stdout: crlf('   VMware Tools') },
  {
    command: 'net user nobody',
    stderr: crlf('The user name could not be found.', '', 'More help is available by typing NET HELPMSG 2221.'),
    exitCode: 2,
  },
  { command: 'shutdown /s /t 0 /f' },
  { command: 'shutdown /h', stderr: crlf('Hibernation is not enabled on this system.(119)'), exitCode: 1 },
  { command: 'shutdown /s /m:\\\\other', stderr: crlf('The network path was not found.(53)'), exitCode: 53 },
  {
    command: 'shutdown /a',
    stderr: crlf('Unable to abort the system shutdown because no shutdown was in progress.(1116)'),
    exitCode: 1116,
  },
  { command: 'chcp', stdout: crlf('Active code page: 65001') },
  { command: 'timeout /t 0 /nobreak' },
  {
    command: 'timeout /t x',
    stderr: crlf('ERROR: Invalid value for timeout (/T) specified. Valid range is -1 to 99999 seconds.'),
    exitCode: 1,
  },
  {
    command: 'ping nowhere.example',
    stdout: crlf('Ping request could not find host nowhere.example. Please check the name and try again.'),
    exitCode: 1,
  },
  { command: 'ping', stderr: crlf('IP address must be specified.'), exitCode: 1 },
  { command: 'ipconfig | findstr IPv4', stdout: crlf('   IPv4 Address. . . . . . . . . . . : 192.168.56.20') },
  { command: 'ipconfig /all | findstr /c:"Host Name"', stdout: crlf('   Host Name . . . . . . . . . . . . : WINBOX') },
  {
    command: 'systeminfo | findstr /b /c:"OS Name"',
    stdout: crlf('OS Name:                   Microsoft Windows 10 Pro'),
  },
];

describe('programs about the system', () => {
  it.each(systemCases)('$command', async ({ command, stdout = '', stderr = '', exitCode = 0 }) => {
    expect(await new WindowsGuest().cmd(command)).toEqual({ exitCode, stdout, stderr });
  });

  it.each([
    ['ping.exe', '-n 3 localhost', 2000, 'Reply from 127.0.0.1'],
    ['ping.exe', '-n 2 WinBox', 1000, 'Reply from 192.168.56.20'],
    ['timeout.exe', '/t 30', 30_000, 'Waiting for 30 seconds'],
  ])('%s %s waits on the guest clock', async (name, args, ms, text) => {
    const guest = new WindowsGuest();
    let result: RunResult | undefined;
    const run = guest.run(name, args).then((ended) => (result = ended));
    await guest.clock.advance(ms - 1);
    expect(result).toBeUndefined();
    await guest.clock.advance(1);
    await run;
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(text) });
  });

  it('a wait ends when the process is killed', async () => {
    const controller = new AbortController();
    const run = new WindowsGuest().run('timeout.exe', '/t 30', { signal: controller.signal });
    controller.abort(new Error('killed'));
    await expect(run).rejects.toThrow('killed');
  });
});

const processes: readonly GuestProcessView[] = [
  { pid: 4, parentPid: 0, name: 'System', owner: 'SYSTEM', commandLine: '', startMs: 0 },
  { pid: 700, parentPid: 4242, name: 'notepad.exe', owner: 'alice', commandLine: 'notepad.exe', startMs: 0 },
  { pid: 704, parentPid: 700, name: 'notepad.exe', owner: 'bob', commandLine: 'notepad.exe', startMs: 0 },
  { pid: 4242, parentPid: 4, name: 'cmd.exe', owner: 'alice', commandLine: 'cmd.exe', startMs: 0 },
];

const csvTitles = '"Image Name","PID","Session Name","Session#","Mem Usage"';

const taskCases: readonly (Case & { readonly killed?: readonly number[] })[] = [
  {
    command: 'tasklist /fo csv /nh /fi "IMAGENAME eq Notepad.exe"',
    stdout: crlf('"notepad.exe","700","Console","1","N/A"', '"notepad.exe","704","Console","1","N/A"'),
  },
  { command: 'tasklist /fo csv /fi "pid eq 4"', stdout: crlf(csvTitles, '"System","4","Services","0","N/A"') },
  {
    command: 'tasklist /nh /fi "username eq winbox\\bob"',
    stdout: crlf('', 'notepad.exe                    704 Console                    1          N/A'),
  },
  {
    command: 'tasklist /fi "imagename eq nope.exe"',
    stdout: crlf('INFO: No tasks are running which match the specified criteria.'),
  },
  { command: 'tasklist /fi "bogus"', stderr: crlf('ERROR: The search filter cannot be recognized.'), exitCode: 1 },
  {
    command: 'tasklist /v /nh /fi "pid eq 4"',
    stdout: crlf(
      '',
      `${'System'.padEnd(25)} ${'4'.padStart(8)} ${'Services'.padEnd(16)} ${'0'.padStart(11)} ${'N/A'.padStart(12)} ` +
        `${'Running'.padEnd(15)} ${'SYSTEM'.padEnd(50)} ${'0:00:00'.padStart(12)} ${'N/A'.padEnd(72)}`,
    ),
  },
  {
    command: 'tasklist /svc',
    stderr: crlf(
      'ERROR: Mock guests do not know which services a process holds (/SVC).',
      'Type "TASKLIST /?" for usage.',
    ),
    exitCode: 1,
  },
  {
    command: 'tasklist /zz',
    stderr: crlf("ERROR: Invalid argument/option - '/zz'.", 'Type "TASKLIST /?" for usage.'),
    exitCode: 1,
  },
  {
    command: 'taskkill /f /pid 700',
    stdout: crlf('SUCCESS: The process with PID 700 has been terminated.'),
    killed: [700],
  },
  {
    command: 'taskkill /t /f /pid 4242',
    stdout: crlf(
      'SUCCESS: The process with PID 704 (child process of PID 700) has been terminated.',
      'SUCCESS: The process with PID 700 (child process of PID 4242) has been terminated.',
      'SUCCESS: The process with PID 4242 has been terminated.',
    ),
    killed: [704, 700, 4242],
  },
  {
    command: 'taskkill /im notepad.exe',
    stdout: crlf(
      'SUCCESS: Sent termination signal to the process "notepad.exe" with PID 700.',
      'SUCCESS: Sent termination signal to the process "notepad.exe" with PID 704.',
    ),
    killed: [700, 704],
  },
  { command: 'taskkill /im nope.exe', stderr: crlf('ERROR: The process "nope.exe" not found.'), exitCode: 128 },
  {
    command: 'taskkill /pid 4',
    stderr: crlf('ERROR: The process with PID 4 could not be terminated.', 'Reason: Access is denied.'),
    exitCode: 1,
  },
  {
    command: 'taskkill',
    stderr: crlf(
      'ERROR: Invalid syntax. Neither /FI nor /PID nor /IM were specified.',
      'Type "TASKKILL /?" for usage.',
    ),
    exitCode: 1,
  },
];

describe('tasklist and taskkill', () => {
  it.each(taskCases)('$command', async ({ command, stdout = '', stderr = '', exitCode = 0, killed = [] }) => {
    const guest = new WindowsGuest();
    guest.processes = [...processes];
    guest.refuseKill = (pid) => (pid === 4 ? new Fault('guest-permission', 'not yours') : undefined);
    expect(await guest.cmd(command)).toEqual({ exitCode, stdout, stderr });
    expect(guest.killed).toEqual(killed);
  });

  it('shows a table', async () => {
    const guest = new WindowsGuest();
    guest.processes = [...processes];
    expect((await guest.cmd('tasklist')).stdout.split('\r\n').slice(0, 4)).toEqual([
      '',
      'Image Name                     PID Session Name        Session#    Mem Usage',
      '========================= ======== ================ =========== ============',
      'System                           4 Services                   0          N/A',
    ]);
  });
});

const done = crlf('The operation completed successfully.');
const missingKey = crlf('ERROR: The system was unable to find the specified registry key or value.');

describe('reg', () => {
  it.each<Case>([
    { command: 'reg add HKCU\\New', stdout: done },
    { command: 'reg add HKLM\\Soft /v n /t REG_DWORD /d 0x1F /f', stdout: done },
    {
      command: 'reg add HKLM\\Soft /ve /d "the default" /f & reg query HKLM\\Soft /ve',
      stdout: done + crlf('', 'HKEY_LOCAL_MACHINE\\Soft', '    (Default)    REG_SZ    the default', ''),
    },
    {
      command: 'reg query HKLM\\Soft /v PATH',
      stdout: crlf('', 'HKEY_LOCAL_MACHINE\\Soft', '    Path    REG_SZ    C:\\a b', ''),
    },
    {
      command: 'reg query HKLM\\Soft',
      stdout: crlf(
        '',
        'HKEY_LOCAL_MACHINE\\Soft',
        '    Path    REG_SZ    C:\\a b',
        '',
        'HKEY_LOCAL_MACHINE\\Soft\\Sub',
      ),
    },
    {
      command: 'reg query HKLM\\Soft /s',
      stdout: crlf(
        '',
        'HKEY_LOCAL_MACHINE\\Soft',
        '    Path    REG_SZ    C:\\a b',
        '',
        'HKEY_LOCAL_MACHINE\\Soft\\Sub',
        '    n    REG_DWORD    0x7',
        '',
        'End of search: 2 match(es) found.',
      ),
    },
    { command: 'reg query HKLM\\Soft /v nope', stderr: missingKey, exitCode: 1 },
    { command: 'reg query HKLM\\Nope', stderr: missingKey, exitCode: 1 },
    { command: 'reg query Bogus\\Key', stderr: crlf('ERROR: Invalid key name.'), exitCode: 1 },
    {
      command: 'reg delete HKLM\\Soft /v Path /f & reg query HKLM\\Soft /v Path',
      stdout: done,
      stderr: missingKey,
      exitCode: 1,
    },
    { command: 'reg delete HKLM\\Soft /f & reg query HKLM\\Soft', stdout: done, stderr: missingKey, exitCode: 1 },
    {
      command: 'reg add HKLM\\Soft /v n /t REG_DWORD /d x /f',
      stderr: crlf("ERROR: Invalid syntax. Specify valid numeric value for '/d'."),
      exitCode: 1,
    },
    {
      command: 'reg add HKLM\\Soft /v m /t REG_MULTI_SZ /d a\\0b /f & reg query HKLM\\Soft /v m',
      stdout: done + crlf('', 'HKEY_LOCAL_MACHINE\\Soft', '    m    REG_MULTI_SZ    a\\0b', ''),
    },
    {
      command: 'reg add HKLM\\Soft /v b /t REG_BINARY /d 00ff /f & reg query HKLM\\Soft /v b',
      stdout: done + crlf('', 'HKEY_LOCAL_MACHINE\\Soft', '    b    REG_BINARY    00FF', ''),
    },
    { command: 'reg bogus', stderr: crlf('ERROR: Invalid syntax.', 'Type "REG /?" for usage.'), exitCode: 1 },
    { command: 'reg query', stderr: crlf('ERROR: Invalid syntax.'), exitCode: 1 },
  ])('$command', async ({ command, stdout = '', stderr = '', exitCode = 0 }) => {
    const guest = new WindowsGuest();
    guest.registry.setValue('HKLM\\Soft', { name: 'Path', type: 'REG_SZ', data: 'C:\\a b' });
    guest.registry.setValue('HKLM\\Soft\\Sub', { name: 'n', type: 'REG_DWORD', data: 7 });
    expect(await guest.cmd(command)).toEqual({ exitCode, stdout, stderr });
  });
});

describe('shutdown', () => {
  it.each<readonly [args: string, change: 'off' | 'reset']>([
    ['/s /t 0', 'off'],
    ['-s -f -t 00', 'off'],
    ['/p', 'off'],
    ['/r /t:0 /c "new kernel"', 'reset'],
    ['/g /t 0', 'reset'],
  ])('%s changes the power', async (args, change) => {
    const guest = new WindowsGuest();
    expect(await guest.run('shutdown.exe', args)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(guest.powerChanges).toEqual([change]);
  });

  it('waits in a process of its own, and can be given up', async () => {
    const guest = new WindowsGuest();
    expect((await guest.run('shutdown.exe', '/r /t 5')).exitCode).toBe(0);
    const shownAs = { name: 'shutdown.exe', commandLine: 'shutdown.exe /r /t 5' };
    expect(guest.started).toMatchObject([{ options: { shownAs } }]);
    guest.processes = [{ pid: 77, parentPid: 4, name: 'shutdown.exe', owner: 'alice', commandLine: '', startMs: 0 }];
    expect((await guest.run('shutdown.exe', '/a')).exitCode).toBe(0);
    expect(guest.killed).toEqual([77]);
    expect(guest.powerChanges).toEqual([]);
    await guest.clock.advance(5000);
    expect(guest.powerChanges).toEqual(['reset']);
  });

  it('is for administrators', async () => {
    const guest = new WindowsGuest({ isAdministrator: false });
    expect(await guest.run('shutdown.exe', '/s /t 0')).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: crlf('Access is denied.(5)'),
    });
    expect(guest.powerChanges).toEqual([]);
  });
});
