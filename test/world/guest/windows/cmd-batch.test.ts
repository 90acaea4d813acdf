import { describe, expect, it } from 'vitest';
import { cmdWithLimits } from '../../../../src/world/guest/windows/cmd/cmd.js';
import { crlf, WindowsGuest } from './windows-guest.js';

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly args?: string;
  readonly output?: readonly string[];
  readonly stderr?: string;
  readonly exitCode?: number;
}

const cases: readonly Case[] = [
  {
    name: 'words',
    lines: ['echo [%0][%1][%2][%3]', 'echo %*'],
    args: 'a "b c"',
    output: ['[test.bat][a]["b c"][]', 'a "b c"'],
  },
  {
    name: 'modifiers of words',
    lines: ['echo %~1 %~nx2 %~dp0 %~f2'],
    args: '"a b" x\\y.txt',
    output: ['a b y.txt C:\\Work\\ C:\\Work\\x\\y.txt'],
  },
  {
    name: 'shift',
    lines: [':next', 'if "%~1"=="" goto :eof', 'echo %1', 'shift', 'goto next'],
    args: '1 2 3',
    output: ['1', '2', '3'],
  },
  { name: 'double percent signs', lines: ['echo 100%% %nope%.'], output: ['100% .'] },
  {
    name: 'labels and comments',
    lines: ['goto end', 'echo no', ':: comment', ':end of it', 'rem & echo no', 'echo yes'],
    output: ['yes'],
  },
  { name: 'goto :eof', lines: ['goto :EOF', 'echo no'] },
  {
    name: 'a missing label',
    lines: ['goto nowhere', 'echo no'],
    stderr: crlf('The system cannot find the batch label specified - nowhere'),
    exitCode: 1,
  },
  {
    name: 'call of a label',
    lines: ['call :sub one "two 2"', 'echo level %errorlevel%', 'exit /b 9', ':sub', 'echo %0 %1 %~2 %*', 'exit /b 4'],
    output: [':sub one two 2 one "two 2"', 'level 4'],
    exitCode: 9,
  },
  {
    name: 'recursion',
    lines: ['call :down 3', 'exit /b', ':down', 'echo %1', 'set /a n=%1-1', 'if %n% gtr 0 call :down %n%', 'exit /b 0'],
    output: ['3', '2', '1'],
  },
  {
    name: 'blocks expand at once',
    lines: ['set v=1', '(', '  set v=2', '  echo %v%', ')', 'echo %v%'],
    output: ['1', '2'],
  },
  {
    name: 'delayed expansion',
    lines: ['setlocal EnableDelayedExpansion', 'set v=1', '(set v=2', 'echo !v! !v:2=two! %v%)', 'echo ^^!'],
    output: ['2 two 1', '!'],
  },
  {
    name: 'setlocal and endlocal',
    lines: ['set a=1', 'setlocal', 'set a=2', 'cd \\', 'endlocal', 'echo %a% %cd%'],
    output: ['1 C:\\Work'],
  },
  { name: 'sum in a loop', lines: ['set n=0', 'for /l %%i in (1,1,10) do set /a n+=%%i', 'echo %n%'], output: ['55'] },
  {
    name: 'if with else over lines',
    lines: ['if "%1"=="x" (', '  echo ex', ') else if "%1"=="y" (', '  echo why', ') else (', '  echo other', ')'],
    args: 'y',
    output: ['why'],
  },
  {
    name: 'errorlevel',
    lines: ['cmd /c exit 3', 'if errorlevel 3 if not errorlevel 4 echo three', 'echo %errorlevel%'],
    output: ['three', '3'],
    exitCode: 3,
  },
  {
    name: 'an unknown command sets 9009',
    lines: ['nope 2>nul', 'echo %errorlevel%'],
    output: ['9009'],
    exitCode: 9009,
  },
  {
    name: 'a syntax error ends the batch',
    lines: ['if 1 1', 'echo no'],
    stderr: crlf('1 was unexpected at this time.'),
    exitCode: 255,
  },
  { name: 'a line that goes on', lines: ['echo one ^', 'two'], output: ['one two'] },
  { name: 'a caret keeps a character', lines: ['echo a ^| b ^> c ^^'], output: ['a | b > c ^'] },
  {
    name: 'indirect variables',
    lines: ['set name=value', 'set value=found', 'call echo %%%name%%%'],
    output: ['found'],
  },
  { name: 'exit ends all', lines: ['call :sub', 'echo no', ':sub', 'exit 6'], exitCode: 6 },
  {
    name: 'a variable named by a loop',
    lines: ['for %%F in ("a b.txt") do echo %%~nF-%%~xF-%%F'],
    output: ['a b-.txt-"a b.txt"'],
  },
  {
    name: 'for /f over a file',
    lines: [
      '(echo # note&echo a=1&echo.&echo b=2)>"my list.txt"',
      'for /f "usebackq eol=# tokens=1* delims==" %%a in ("my list.txt") do echo %%a is %%b',
    ],
    output: ['a is 1', 'b is 2'],
  },
  {
    name: 'for /f with skip',
    lines: ['(echo 1&echo 2&echo 3)>l.txt', 'for /f "skip=1" %%a in (l.txt) do echo %%a'],
    output: ['2', '3'],
  },
  {
    name: 'for /f over a pipe',
    lines: ['for /f "delims=" %%a in (\'echo x y ^| find "x"\') do echo [%%a]'],
    output: ['[x y ]'],
  },
  {
    name: 'for /f over a missing file',
    lines: ['for /f %%a in (nope.txt) do echo %%a'],
    stderr: crlf('The system cannot find the file nope.txt.'),
    exitCode: 1,
  },
  {
    name: 'for /r and for /d',
    lines: [
      'md a\\b c',
      'echo x>a\\b\\f.txt',
      'for /r %%f in (*.txt) do echo %%f',
      'for /d %%d in (*) do echo %%d',
      'for /d /r %%d in (b*) do echo %%~nxd',
    ],
    output: ['C:\\Work\\a\\b\\f.txt', 'a', 'c', 'b'],
  },
  {
    name: 'wildcards in for',
    lines: [
      'echo x>1.txt',
      'echo x>2.txt',
      'for %%f in (*.txt) do echo %%f',
      'for %%f in (C:\\Work\\1.*) do echo %%~zf %%f',
    ],
    output: ['1.txt', '2.txt', '3 C:\\Work\\1.txt'],
  },
  { name: 'redirection of a block', lines: ['(', 'echo a', 'echo b', ')>out.txt', 'type out.txt'], output: ['a', 'b'] },
  {
    name: 'redirection before the command',
    lines: ['>out.txt echo a', '>>out.txt (echo b)', 'type out.txt'],
    output: ['a', 'b'],
  },
  { name: 'a digit that is text', lines: ['echo a1>out.txt', 'type out.txt'], output: ['a1'] },
  {
    name: 'set /p from a file',
    lines: ['echo first line>in.txt', 'set /p line=<in.txt', 'echo %line%'],
    output: ['first line'],
  },
  { name: 'pipe keeps variables to itself', lines: ['set a=1', 'echo x| set a=2', 'echo %a%'], output: ['1'] },
];

describe('batch files', () => {
  it.each(cases)('$name', async ({ lines, args = '', output = [], stderr = '', exitCode = 0 }) => {
    const result = await new WindowsGuest().batch(lines, args);
    expect(result).toEqual({ exitCode, stdout: crlf(...output), stderr });
  });

  it('call each other, with and without coming back', async () => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\other.cmd', '@echo other %1\r\n@exit /b 5\r\n');
    const lines = ['call other x', 'echo back %errorlevel%', 'other y', 'echo no'];
    const result = await guest.batch(lines);
    expect(result).toEqual({ exitCode: 5, stdout: crlf('other x', 'back 5', 'other y'), stderr: '' });
  });

  it('are found on PATH before nothing else has the name', async () => {
    const guest = new WindowsGuest();
    guest.files.makeDirectory('C:\\Tools');
    guest.files.write('C:\\Tools\\tool.bat', '@echo tool at %~f0');
    const result = await guest.batch(['set PATH=%PATH%;C:\\Tools', 'call TOOL', 'where tool']);
    expect(result.stdout).toBe(crlf('tool at C:\\Tools\\tool.bat', 'C:\\Tools\\tool.bat'));
  });

  it('show their lines unless echo is off', async () => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\loud.bat', 'echo a\r\n@echo b\r\n@echo off\r\necho c\r\n');
    const result = await guest.cmd('loud');
    expect(result.stdout).toBe(crlf('', 'C:\\Work>echo a', 'a', 'b', 'c'));
  });

  it('give variables to programs, which keep changes to themselves', async () => {
    const result = await new WindowsGuest().batch(['set A b=1', 'cmd /c "set A b=2&set A b"', 'echo %A b%']);
    expect(result.stdout).toBe(crlf('A b=2', '1'));
  });

  it('take any line end, a byte order mark and names beyond ASCII', async () => {
    const guest = new WindowsGuest();
    guest.files.makeDirectory('C:\\Ünï cödé');
    guest.files.write('C:\\Ünï cödé\\日本.bat', '\uFEFF@echo off\necho grüße>"ä b.txt"\ntype "ä b.txt"\n');
    const result = await guest.cmd('"日本.bat"', { workingDirectory: 'C:\\Ünï cödé' });
    expect(result).toEqual({ exitCode: 0, stdout: crlf('grüße'), stderr: '' });
    expect(guest.text('C:\\Ünï cödé\\ä b.txt')).toBe(crlf('grüße'));
  });
});

describe('limits', () => {
  const limited = new WindowsGuest();
  limited.add('cmd.exe', cmdWithLimits({ steps: 2000, callDepth: 20, nesting: 5 }));

  it.each([
    [':top', 'goto top'],
    ['for /l %%i in (1,0,2) do rem'],
    [':top', 'call :top'],
    ['call test.bat'],
    ['cmd /c test.bat'],
    ["for /l %%i in (1,0,2) do (for /f %%a in ('echo x') do ver>nul)"],
  ])('stop %s', async (...lines) => {
    const result = await limited.batch(lines);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toMatch(/stopped|R E C U R S I O N/);
  });

  it('leave a running loop when the process is killed', async () => {
    const controller = new AbortController();
    const run = new WindowsGuest().batch([':top', 'goto top'], '', { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('killed')));
    await expect(run).rejects.toThrow('killed');
  });
});
