import { describe, expect, it } from 'vitest';
import { crlf, type RunOptions, WindowsGuest } from './windows-guest.js';

interface Case {
  readonly command: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly options?: RunOptions;
}

const notRecognized = (name: string): string =>
  crlf(`'${name}' is not recognized as an internal or external command,`, 'operable program or batch file.');

const wrongSyntax = crlf('The syntax of the command is incorrect.');

const cases: readonly Case[] = [
  // echo and quoting
  { command: 'echo hello', stdout: crlf('hello') },
  { command: 'echo.', stdout: crlf('') },
  { command: 'echo(', stdout: crlf('') },
  { command: 'echo:x', stdout: crlf('x') },
  { command: 'echo', stdout: crlf('ECHO is on.') },
  { command: 'ECHO "a  b"  c', stdout: crlf('"a  b"  c') },
  { command: 'echo a^&b ^^ "^&"', stdout: crlf('a&b ^ "^&"') },
  { command: 'echo "a & b" & echo c', stdout: crlf('"a & b" ', 'c') },
  { command: '"echo a b"', stdout: crlf('a b') },
  { command: '"echo "a b" c"', stdout: crlf('"a b" c') },
  { command: 'echo müsli 漢字 🙂', stdout: crlf('müsli 漢字 🙂') },
  { command: '@echo quiet', stdout: crlf('quiet') },
  { command: '', stdout: '' },
  { command: 'rem nothing & echo no' },
  // chains
  { command: 'echo a&echo b&&echo c', stdout: crlf('a', 'b', 'c') },
  { command: 'cmd /c exit 3||echo failed', stdout: crlf('failed') },
  { command: 'cmd /c exit 3&&echo worked', exitCode: 3 },
  { command: 'cmd /c exit 0||echo failed' },
  { command: '(echo a&echo b)|sort /r', stdout: crlf('b', 'a') },
  { command: 'echo x|find "x"|find /c "x"', stdout: crlf('1') },
  { command: '(echo one & echo two)>nul', stdout: '' },
  { command: 'echo err>&2', stderr: crlf('err') },
  { command: 'nope 2>nul', exitCode: 1 },
  { command: '(nope 2>&1)|find /c "nope"', stdout: crlf('1') },
  // unknown commands and exit codes
  { command: 'nope', stderr: notRecognized('nope'), exitCode: 1 },
  { command: '"C:\\no such\\prog.exe" arg', stderr: notRecognized('C:\\no'), exitCode: 1 },
  { command: 'exit 7', exitCode: 7 },
  { command: 'exit /b 8', exitCode: 8 },
  { command: 'exit -1', exitCode: -1 },
  { command: 'cmd /k exit 4', exitCode: 4 },
  { command: 'echo a & exit 2 & echo b', stdout: crlf('a '), exitCode: 2 },
  { command: 'exit 5|exit 6', exitCode: 6 },
  // syntax errors
  { command: 'if', stderr: wrongSyntax, exitCode: 255 },
  { command: '(echo a', stderr: wrongSyntax, exitCode: 255 },
  { command: 'echo a |', stderr: wrongSyntax, exitCode: 255 },
  { command: '& echo a', stderr: crlf('& was unexpected at this time.'), exitCode: 255 },
  { command: 'if a b c', stderr: crlf('b was unexpected at this time.'), exitCode: 255 },
  { command: 'for %i (1) do echo', stderr: crlf('(1) was unexpected at this time.'), exitCode: 255 },
  { command: `echo ${'x'.repeat(8200)}`, stderr: crlf('The input line is too long.'), exitCode: 255 },
  // variables
  { command: 'echo %OS%-%os%', stdout: crlf('Windows_NT-Windows_NT') },
  { command: 'echo %nope% 100%', stdout: crlf('%nope% 100%') },
  { command: 'echo %CD% %DATE% %TIME%', stdout: crlf('C:\\Work Sat 01/31/2026  9:05:07.04') },
  { command: 'echo %ERRORLEVEL% %CMDEXTVERSION%', stdout: crlf('0 2') },
  { command: 'echo %OS:NT=XP%', stdout: crlf('Windows_XP') },
  { command: 'echo %OS:windows=Doors%', stdout: crlf('Doors_NT') },
  { command: 'echo %OS:*_=%', stdout: crlf('NT') },
  { command: 'echo %OS:~0,3%.%OS:~-2%.%OS:~1,-3%.%OS:~3,0%.', stdout: crlf('Win.NT.indows..') },
  { command: 'echo %v%', stdout: crlf('a & b|c'), options: { environment: { v: 'a ^& b^|c' } } },
  { command: 'set X=1&& set X', stdout: crlf('X=1') },
  { command: 'set x=1&set "Y y=2 3"&set y', stdout: crlf('Y y=2 3') },
  { command: 'set nope', stderr: crlf('Environment variable nope not defined'), exitCode: 1 },
  { command: 'set /p A=name? &call echo %^A%', stdout: `name? ${crlf('bob')}`, options: { stdin: 'bob\r\nnext\r\n' } },
  { command: 'cmd /v:on /c "set a=5&echo !a!"', stdout: crlf('5') },
  // conditions
  { command: 'if 1==1 echo yes', stdout: crlf('yes') },
  { command: 'if a==A (echo yes) else (echo no)', stdout: crlf('no') },
  { command: 'if /i a==A (echo yes) else echo no', stdout: crlf('yes') },
  { command: 'if not "a b" == "c" echo differ', stdout: crlf('differ') },
  { command: 'if 10 gtr 9 echo number', stdout: crlf('number') },
  { command: 'if 0x10 equ 16 echo hex', stdout: crlf('hex') },
  { command: 'if b geq a echo text', stdout: crlf('text') },
  { command: 'if -5 lss 3 if 3 leq 3 if 4 neq 3 echo all', stdout: crlf('all') },
  { command: 'if exist C:\\Windows\\* echo there', stdout: crlf('there') },
  { command: 'if exist "C:\\no such" (echo there) else (echo gone)', stdout: crlf('gone') },
  { command: 'if defined OS if not defined NOPE echo both', stdout: crlf('both') },
  { command: 'if errorlevel 1 (echo bad) else echo good', stdout: crlf('good') },
  { command: 'if 1==2 (echo a) else if 1==1 (echo b) else (echo c)', stdout: crlf('b') },
  // loops
  { command: 'for %i in (1 "2 3",4;5) do @echo %i', stdout: crlf('1', '"2 3"', '4', '5') },
  { command: 'for %i in ("2 3") do @echo %~i', stdout: crlf('2 3') },
  { command: 'for /l %i in (3,-1,1) do @echo %i', stdout: crlf('3', '2', '1') },
  { command: 'for /l %i in (1,1,0) do @echo %i', stdout: '' },
  { command: 'for %i in (a b) do @for %j in (1 2) do @echo %i%j', stdout: crlf('a1', 'a2', 'b1', 'b2') },
  { command: 'for /f "tokens=1,3" %a in ("x y z") do @echo %a%b', stdout: crlf('xz') },
  { command: 'for /f "tokens=1-2*" %a in ("1 2 3 4") do @echo %a,%b,%c', stdout: crlf('1,2,3 4') },
  { command: 'for /f "delims=:" %a in ("a b:c") do @echo %a', stdout: crlf('a b') },
  { command: "for /f %a in ('echo one^&echo two') do @echo got %a", stdout: crlf('got one', 'got two') },
  { command: `for /f "usebackq" %a in (\`whoami\`) do @echo %a`, stdout: crlf('winbox\\alice') },
  { command: `for /f "usebackq tokens=2" %a in ('p q') do @echo %a`, stdout: crlf('q') },
  {
    command: 'for /f "bogus" %a in ("x") do @echo %a',
    stderr: crlf('bogus" was unexpected at this time.'),
    exitCode: 255,
  },
  {
    command: 'for %i in (C:\\dir\\file.txt) do @echo %~di %~pi %~ni %~xi %~nxi',
    stdout: crlf('C: \\dir\\ file .txt file.txt'),
  },
  // other built-ins
  { command: 'ver', stdout: crlf('', 'Microsoft Windows [Version 10.0.19045.3930]') },
  { command: 'vol', stdout: crlf(' Volume in drive C has no label.', ' Volume Serial Number is 5E1F-0C2D') },
  { command: 'title x & color 0a & prompt $g', stdout: '' },
  { command: 'pause', stdout: crlf('Press any key to continue . . . ') },
  { command: 'cd', stdout: crlf('C:\\Work') },
  { command: 'cd \\windows\\SYSTEM32 & cd', stdout: crlf('C:\\Windows\\System32') },
  { command: 'cd nope', stderr: crlf('The system cannot find the path specified.'), exitCode: 1 },
  { command: 'cd.. & cd', stdout: crlf('C:\\') },
  { command: 'pushd C:\\Windows & cd & popd & cd', stdout: crlf('C:\\Windows', 'C:\\Work') },
  { command: 'D:', stderr: crlf('The system cannot find the drive specified.'), exitCode: 1 },
  { command: 'start "title" /wait /b whoami', stdout: crlf('winbox\\alice') },
  { command: 'start /w /d C:\\Windows cmd /c cd', stdout: crlf('C:\\Windows') },
  { command: 'start /wait cmd /c exit 4 & call echo %^ERRORLEVEL%', stdout: crlf('4') },
  { command: 'start nope.exe', stderr: crlf('The system cannot find the file nope.exe.'), exitCode: 9059 },
  { command: 'start /d C:\\nope cmd', stderr: crlf('The current directory is invalid.'), exitCode: 1 },
  { command: 'call echo %^OS%', stdout: crlf('Windows_NT') },
  { command: 'echo %PATH:~0,10%', stdout: crlf('C:\\Windows') },
];

describe('start', () => {
  it.each<readonly [command: string, path: string, args: string, workingDirectory?: string]>([
    ['start whoami /groups', 'C:\\Windows\\System32\\whoami.exe', '/groups'],
    ['start "" /b /min "C:\\Windows\\System32\\whoami.exe"', 'C:\\Windows\\System32\\whoami.exe', ''],
    ['start "a title" /max /d C:\\Windows hostname.exe', 'C:\\Windows\\System32\\hostname.exe', '', 'C:\\Windows'],
    ['start job.bat "a b"', 'C:\\Windows\\System32\\cmd.exe', '/c ""C:\\Work\\job.bat" "a b""'],
    ['start echo hello', 'C:\\Windows\\System32\\cmd.exe', '/c echo hello'],
    ['start s.vbs x', 'C:\\Windows\\System32\\wscript.exe', '"C:\\Work\\s.vbs" x'],
  ])('%s makes a process of its own', async (command, path, args, workingDirectory = 'C:\\Work') => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\job.bat', '@exit 3');
    guest.files.write('C:\\Work\\s.vbs', 'WScript.Quit 2');
    expect(await guest.cmd(`${command} & call echo %^ERRORLEVEL%`)).toEqual({
      exitCode: 0,
      stdout: crlf('0'),
      stderr: '',
    });
    expect(guest.started).toMatchObject([{ path, args, options: { workingDirectory } }]);
  });

  it('hands down the variables of the script', async () => {
    const guest = new WindowsGuest();
    await guest.cmd('set MODE=fast& start whoami');
    expect(guest.started[0]?.options.environment?.get('MODE')).toBe('fast');
  });
});

describe('cmd /c', () => {
  it.each(cases)('$command', async ({ command, stdout = '', stderr = '', exitCode = 0, options = {} }) => {
    expect(await new WindowsGuest().cmd(command, options)).toEqual({ exitCode, stdout, stderr });
  });
});

describe('switches of cmd', () => {
  it.each([
    { args: '/c "echo a" b', stdout: crlf('a b') },
    { args: '/s /c "echo "x y""', stdout: crlf('"x y"') },
    { args: '/S /C "whoami"', stdout: crlf('winbox\\alice') },
    { args: '/c""C:\\Windows\\System32\\whoami.exe""', stdout: crlf('winbox\\alice') },
    { args: '/q /d /c echo z', stdout: crlf('z') },
    { args: '/k echo k', stdout: crlf('k') },
  ])('cmd $args', async ({ args, stdout }) => {
    expect(await new WindowsGuest().run('cmd.exe', args)).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('keeps the quotes of one program name with blanks', async () => {
    const guest = new WindowsGuest();
    guest.files.makeDirectory('C:\\My Tools');
    guest.files.write('C:\\My Tools\\hi.bat', '@echo hi %1');
    expect((await guest.run('cmd.exe', '/c "C:\\My Tools\\hi.bat"')).stdout).toBe(crlf('hi '));
    expect((await guest.run('cmd.exe', '/c ""C:\\My Tools\\hi.bat" there"')).stdout).toBe(crlf('hi there'));
  });

  it('leaves standard input to the commands after a program', async () => {
    const result = await new WindowsGuest().run('cmd.exe', '/q', { stdin: 'hostname\r\necho after\r\n' });
    expect(result.stdout).toContain(crlf('WINBOX', 'after'));
  });

  it('reads commands from standard input without /c', async () => {
    const result = await new WindowsGuest().run('cmd.exe', '/q', { stdin: 'echo one\r\ncd \\\r\ncd\r\nexit 5\r\n' });
    expect(result.exitCode).toBe(5);
    expect(result.stdout).toContain(crlf('one', 'C:\\'));
  });
});

describe('set /a', () => {
  it.each([
    ['1+2*3', '7'],
    ['(1+2)*3', '9'],
    ['10/3', '3'],
    ['-10%3', '-1'],
    ['7-2-1', '4'],
    ['2147483647+1', '-2147483648'],
    ['0x1F+010', '39'],
    ['"1<<4"', '16'],
    ['"-16>>2"', '-4'],
    ['"6&3|8^1"', '11'],
    ['~0', '-1'],
    ['!5', '0'],
    ['a=5,b=a*2', '10'],
    ['n+=3', '3'],
    ['unknown+1', '1'],
    ['"x=(y=4)+1"', '5'],
  ])('%s is %s', async (expression, value) => {
    expect(await new WindowsGuest().cmd(`set /a ${expression}`)).toEqual({ exitCode: 0, stdout: value, stderr: '' });
  });

  it.each([
    ['1/0', 'Divide by zero error.', 1073750993],
    ['1+', 'Missing operand.', 1073750988],
    ['1 2', 'Missing operator.', 1073750989],
    ['"(1+2"', 'Unbalanced parenthesis.', 1073750990],
    ['99999999999', 'Invalid number.  Numbers are limited to 32-bits of precision.', 1073750992],
  ])('%s fails', async (expression, message, exitCode) => {
    expect(await new WindowsGuest().cmd(`set /a ${expression}`)).toEqual({
      exitCode,
      stdout: '',
      stderr: crlf(message),
    });
  });
});
