import { describe, expect, it } from 'vitest';
import { crlf, type RunResult, WindowsGuest } from './windows-guest.js';

async function run(lines: readonly string[], args = '', guest = new WindowsGuest()): Promise<RunResult> {
  guest.files.write('C:\\Work\\s.vbs', lines.join('\r\n'));
  return guest.run('cscript.exe', `//nologo s.vbs ${args}`);
}

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly args?: string;
  readonly output?: readonly string[];
  readonly stderr?: string;
  readonly exitCode?: number;
}

const cases: readonly Case[] = [
  { name: 'echo joins its values', lines: ['WScript.Echo "a", 1, True, Empty, 2.5'], output: ['a 1 True  2.5'] },
  {
    name: 'parentheses that begin an argument',
    lines: ['WScript.Echo ("a") & "b"', 'WScript.Echo (1 + 2) * 3'],
    output: ['ab', '9'],
  },
  {
    name: 'arithmetic',
    lines: ['WScript.Echo 7 / 2, 7 \\ 2, -7 Mod 3, 2 ^ 3 ^ 2, -2 ^ 2, 1 + 2 * 3'],
    output: ['3.5 3 -1 64 -4 7'],
  },
  { name: 'text', lines: ['x = "a" & 1 & "b""c"', 'WScript.Echo x & vbTab & "|" & "1" + "2"'], output: ['a1b"c\t|12'] },
  {
    name: 'comparisons and logic',
    lines: ['WScript.Echo 2 > 1, "b" > "a", "10" = 10, Not 1 = 2, True And False, 5 And 3, 5 Xor 1'],
    output: ['True True True True False 1 4'],
  },
  {
    name: 'arguments',
    lines: [
      'For Each a In WScript.Arguments',
      'WScript.Echo a',
      'Next',
      'WScript.Echo WScript.Arguments.Count & WScript.Arguments(1)',
      'WScript.Echo WScript.Arguments.Named("k")',
    ],
    args: 'one "two 2" /k:v',
    output: ['one', 'two 2', '/k:v', '3two 2', 'v'],
  },
  {
    name: 'if in one line and in many',
    lines: [
      'x = 2',
      'If x = 1 Then WScript.Echo "1" Else WScript.Echo "not 1"',
      'If x = 1 Then',
      'ElseIf x = 2 Then',
      'WScript.Echo "two"',
      'Else',
      'WScript.Echo "no"',
      'End If',
    ],
    output: ['not 1', 'two'],
  },
  {
    name: 'select',
    lines: [
      'Select Case LCase("B")',
      'Case "a"',
      'WScript.Echo 1',
      'Case "b", "c"',
      'WScript.Echo 2',
      'Case Else',
      'WScript.Echo 3',
      'End Select',
    ],
    output: ['2'],
  },
  {
    name: 'loops',
    lines: [
      'For i = 3 To 1 Step -1 : s = s & i : Next',
      'Do While i < 3 : i = i + 1 : Loop',
      'Do',
      's = s & "x"',
      'If Len(s) > 5 Then Exit Do',
      'Loop Until False',
      'While i < 5',
      'i = i + 1',
      'Wend',
      'WScript.Echo s, i',
    ],
    output: ['321xxx 5'],
  },
  {
    name: 'procedures',
    lines: [
      'Function Fact(n)',
      'If n < 2 Then',
      'Fact = 1',
      'Else',
      'Fact = n * Fact(n - 1)',
      'End If',
      'End Function',
      'Sub Bump(ByRef a, ByVal b)',
      'a = a + 1 : b = b + 1',
      'End Sub',
      'x = 1 : y = 1',
      'Bump x, y',
      'Call Bump(x, y)',
      'WScript.Echo Fact(5), x, y',
    ],
    output: ['120 3 1'],
  },
  {
    name: 'local variables',
    lines: ['x = 1', 'Sub T', 'Dim x', 'x = 2', 'End Sub', 'T', 'WScript.Echo x'],
    output: ['1'],
  },
  {
    name: 'arrays',
    lines: [
      'Dim a(2)',
      'a(0) = "x" : a(2) = "z"',
      'ReDim Preserve a(3)',
      'WScript.Echo UBound(a), Join(a, "-"), Split("p,q", ",")(1)',
      'For Each e In Array(1, 2) : WScript.Echo e : Next',
    ],
    output: ['3 x--z- q', '1', '2'],
  },
  {
    name: 'functions of text',
    lines: [
      'WScript.Echo Left("abc", 2), Right("abc", 2), Mid("abcd", 2, 2), InStr("abc", "c"), Replace("aXbx", "x", "-"), UCase("é"), Trim("  t ") & ".", String(3, "-"), StrReverse("abc"), Hex(255)',
    ],
    output: ['ab bc bc 3 aXb- É t. --- cba FF'],
  },
  {
    name: 'conversions',
    lines: [
      'WScript.Echo CInt("7"), CInt(2.5), CLng("3.5"), CStr(1/4), CBool(1), Int(-1.5), Fix(-1.5), TypeName(1), TypeName("x"), IsNumeric("1e3"), &HFF',
    ],
    output: ['7 2 4 0.25 True -2 -1 Integer String True 255'],
  },
  {
    name: 'the clock',
    lines: ['WScript.Echo Now', 'WScript.Echo Date', 'WScript.Echo Year(Now) & "-" & Month(Now) & "-" & Day(Now)'],
    output: ['1/31/2026 9:05:07 AM', '1/31/2026', '2026-1-31'],
  },
  {
    name: 'constants, comments and long lines',
    lines: ["Const Big = 10 ' ten", 'Rem nothing', 'x = Big + _', '  5', 'WScript.Echo x'],
    output: ['15'],
  },
  { name: 'with', lines: ['With WScript', '.Echo .ScriptName', 'End With'], output: ['s.vbs'] },
  {
    name: 'errors that are passed over',
    lines: [
      'On Error Resume Next',
      'x = 1 / 0',
      'WScript.Echo Err.Number, Err.Description',
      'Err.Clear',
      'WScript.Echo Err.Number',
      'Err.Raise 1000, "me", "own"',
      'WScript.Echo Err.Description',
    ],
    output: ['11 Division by zero', '0', 'own'],
  },
  {
    name: 'dictionary',
    lines: [
      'Set d = CreateObject("Scripting.Dictionary")',
      'd.Add "a", 1',
      'd("b") = 2',
      'WScript.Echo d.Count, d.Exists("a"), d("b")',
      'For Each k In d : WScript.Echo k & d(k) : Next',
    ],
    output: ['2 True 2', 'a1', 'b2'],
  },
  { name: 'quit', lines: ['WScript.Echo 1', 'WScript.Quit 42', 'WScript.Echo 2'], output: ['1'], exitCode: 42 },
  {
    name: 'standard streams',
    lines: ['WScript.StdOut.Write "out"', 'WScript.StdErr.WriteLine "err"', 'WScript.StdOut.WriteLine'],
    output: ['out'],
    stderr: crlf('err'),
  },
  // failures
  {
    name: 'an unknown procedure',
    lines: ['', 'Nope 1'],
    stderr: crlf("C:\\Work\\s.vbs(2, 1) Microsoft VBScript runtime error: Type mismatch: 'Nope'"),
    exitCode: 1,
  },
  {
    name: 'no object',
    lines: ['  x.y = 1'],
    stderr: crlf("C:\\Work\\s.vbs(1, 3) Microsoft VBScript runtime error: Object required: 'x'"),
    exitCode: 1,
  },
  {
    name: 'an undeclared variable',
    lines: ['Option Explicit', 'v = 1'],
    stderr: crlf("C:\\Work\\s.vbs(2, 1) Microsoft VBScript runtime error: Variable is undefined: 'v'"),
    exitCode: 1,
  },
  {
    name: 'a missing member',
    lines: ['WScript.Nope'],
    stderr: crlf(
      "C:\\Work\\s.vbs(1, 1) Microsoft VBScript runtime error: Object doesn't support this property or method: 'Nope'",
    ),
    exitCode: 1,
  },
  {
    name: 'an unknown class',
    lines: ['Set x = CreateObject("No.Such")'],
    stderr: crlf(
      "C:\\Work\\s.vbs(1, 1) Microsoft VBScript runtime error: ActiveX component can't create object: 'No.Such'",
    ),
    exitCode: 1,
  },
  {
    name: 'an unterminated text',
    lines: ['x = "abc'],
    stderr: crlf('C:\\Work\\s.vbs(1, 9) Microsoft VBScript compilation error: Unterminated string constant'),
    exitCode: 1,
  },
  {
    name: 'a missing Then',
    lines: ['WScript.Echo "never"', 'If x'],
    stderr: crlf("C:\\Work\\s.vbs(2, 5) Microsoft VBScript compilation error: Expected 'Then'"),
    exitCode: 1,
  },
  {
    name: 'a class of its own',
    lines: ['Class C', 'End Class'],
    stderr: crlf(
      "C:\\Work\\s.vbs(1, 1) Microsoft VBScript compilation error: The VBScript of this mock guest has no 'Class'",
    ),
    exitCode: 1,
  },
  ...(
    [
      ['Set r = New RegExp', 9, 'compilation', "'New'"],
      ['WScript.Echo #2020-01-02#', 14, 'compilation', 'date literals'],
      ['Execute "x=1"', 1, 'compilation', "'Execute'"],
      ['WScript.Echo DateAdd("d", 1, Date)', 1, 'runtime', "'DateAdd'"],
      ['Set w = GetObject("winmgmts:")', 1, 'runtime', "'GetObject'"],
      ['x = Eval("1")', 1, 'runtime', "'Eval'"],
    ] as const
  ).map(([line, column, kind, what]) => ({
    name: `what is not there: ${line}`,
    lines: [line],
    stderr: crlf(
      `C:\\Work\\s.vbs(1, ${column}) Microsoft VBScript ${kind} error: The VBScript of this mock guest has no ${what}`,
    ),
    exitCode: 1,
  })),
  {
    name: 'endless recursion',
    lines: ['Sub A', 'A', 'End Sub', 'A'],
    stderr: crlf("C:\\Work\\s.vbs(2, 1) Microsoft VBScript runtime error: Out of stack space: 'a'"),
    exitCode: 1,
  },
  {
    name: 'an endless loop',
    lines: ['Do : Loop'],
    stderr: crlf('The script was stopped after 500000 steps.'),
    exitCode: 1,
  },
];

describe('cscript with VBScript', () => {
  it.each(cases)('$name', async ({ lines, args = '', output = [], stderr = '', exitCode = 0 }) => {
    expect(await run(lines, args)).toEqual({ exitCode, stdout: crlf(...output), stderr });
  });

  it('reads and writes files', async () => {
    const guest = new WindowsGuest();
    const result = await run(
      [
        'Set fso = CreateObject("Scripting.FileSystemObject")',
        'fso.CreateFolder "C:\\Work\\dïr x"',
        'Set f = fso.CreateTextFile("C:\\Work\\dïr x\\ä.txt", True)',
        'f.WriteLine "one"',
        'f.Write "two"',
        'f.Close',
        'Set f = fso.OpenTextFile("dïr x\\ä.txt", 8)',
        'f.Write " more"',
        'f.Close',
        'Set f = fso.OpenTextFile("dïr x\\ä.txt")',
        'Do Until f.AtEndOfStream',
        '  WScript.Echo f.ReadLine',
        'Loop',
        'WScript.Echo fso.FileExists("nope"), fso.FolderExists("dïr x")',
        'fso.CopyFile "dïr x\\ä.txt", "C:\\Work\\copy.txt"',
        'fso.DeleteFile "dïr x\\*.txt"',
        'For Each item In fso.GetFolder("C:\\Work").Files : WScript.Echo item.Name, item.Size : Next',
        'fso.DeleteFolder "dïr x"',
        'WScript.Echo fso.GetBaseName("a\\b.txt"), fso.GetExtensionName("b.txt"), fso.BuildPath("C:\\x", "y")',
        'fso.OpenTextFile "nope.txt"',
      ],
      '',
      guest,
    );
    expect(result.stdout).toContain(crlf('one', 'two more', 'False True'));
    expect(result.stdout).toContain('copy.txt 13');
    expect(result.stdout).toContain(crlf('b txt C:\\x\\y'));
    expect(result.stderr).toBe(crlf('C:\\Work\\s.vbs(20, 1) Microsoft VBScript runtime error: File not found'));
    expect(guest.text('C:\\Work\\copy.txt')).toBe('one\r\ntwo more');
    expect(guest.files.exists('C:\\Work\\dïr x')).toBe(false);
  });

  it('keeps what was written when the script does not close the file', async () => {
    const guest = new WindowsGuest();
    await run(
      ['Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("o.txt")', 'f.Write "kept"', 'x = 1 / 0'],
      '',
      guest,
    );
    expect(guest.text('C:\\Work\\o.txt')).toBe('kept');
  });

  it('runs commands, and reads variables and the registry', async () => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\job.bat', '@exit /b 12');
    const result = await run(
      [
        'Set sh = CreateObject("WScript.Shell")',
        'WScript.Echo sh.Run("cmd /c exit 5", 0, True), sh.Run("job.bat", 0, True), sh.Run("cmd /c exit 5")',
        'WScript.Echo sh.ExpandEnvironmentStrings("%OS% %nope%"), sh.Environment("PROCESS")("os")',
        'sh.RegWrite "HKLM\\Software\\A\\n", 7, "REG_DWORD"',
        'WScript.Echo sh.RegRead("HKEY_LOCAL_MACHINE\\Software\\A\\N")',
        'WScript.Echo Trim(sh.Exec("cmd /c echo out").StdOut.ReadLine)',
        'sh.CurrentDirectory = "C:\\Windows"',
        'WScript.Echo sh.CurrentDirectory, CreateObject("WScript.Network").UserName',
        'sh.Run "nope.exe"',
      ],
      '',
      guest,
    );
    expect(result.stdout).toBe(crlf('5 12 0', 'Windows_NT %nope% Windows_NT', '7', 'out', 'C:\\Windows alice'));
    expect(result.stderr).toBe(crlf('C:\\Work\\s.vbs(9, 1) (null): The system cannot find the file specified.'));
    expect(guest.registry.values('HKLM\\Software\\A')).toEqual([{ name: 'n', type: 'REG_DWORD', data: 7 }]);
  });

  it('lets a command run beside the script, and reads what it prints', async () => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\job.bat', '@exit /b 12');
    const result = await run(
      [
        'Set sh = CreateObject("WScript.Shell")',
        'WScript.Echo sh.Run("job.bat a", 0, False), sh.Run("hostname", 1)',
        'Set e = sh.Exec("cmd /c echo out& echo err 1>&2& exit 7")',
        'WScript.Echo e.Status, e.ProcessID',
        'WScript.Echo e.StdOut.ReadLine & e.StdErr.ReadLine, e.Status, e.ExitCode, e.StdOut.AtEndOfStream',
      ],
      '',
      guest,
    );
    expect(result).toEqual({ exitCode: 0, stdout: crlf('0 0', '0 5003', 'outerr  1 7 True'), stderr: '' });
    expect(guest.started.map(({ path, args }) => `${path} ${args}`)).toEqual([
      'C:\\Windows\\System32\\cmd.exe /c ""C:\\Work\\job.bat" a"',
      'C:\\Windows\\System32\\hostname.exe ',
      'C:\\Windows\\System32\\cmd.exe /c echo out& echo err 1>&2& exit 7',
    ]);
  });

  it('sleeps on the guest clock', async () => {
    const guest = new WindowsGuest();
    let isOver = false;
    const ended = run(['WScript.Sleep 5000'], '', guest).then(() => (isOver = true));
    await guest.clock.advance(4999);
    expect(isOver).toBe(false);
    await guest.clock.advance(1);
    expect(await ended).toBe(true);
  });
});

const banner = crlf(
  'Microsoft (R) Windows Script Host Version 5.812',
  'Copyright (C) Microsoft Corporation. All rights reserved.',
  '',
);

describe('the script hosts', () => {
  it.each([
    ['cscript.exe', '"a b.tmp"', banner, crlf('Input Error: There is no script engine for file extension ".tmp".'), 1],
    [
      'cscript.exe',
      '//nologo noextension',
      '',
      crlf('Input Error: There is no script engine for file extension "".'),
      1,
    ],
    ['cscript.exe', '//nologo no.vbs', '', crlf('Input Error: Can not find script file "C:\\Work\\no.vbs".'), 1],
    ['cscript.exe', '//nologo //zz s.vbs', '', crlf('Input Error: Unknown option "//zz" specified.'), 1],
    ['cscript.exe', '//nologo S.VBS', crlf('hi'), '', 0],
    ['cscript.exe', '//nologo //E:vbscript "a b.tmp"', crlf('tmp'), '', 0],
    ['cscript.exe', '//nologo job.wsf', crlf('job'), '', 0],
    ['wscript.exe', 's.vbs', '', '', 0],
    ['wscript.exe', '"a b.tmp"', '', '', 1],
  ])('%s %s', async (name, args, stdout, stderr, exitCode) => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\a b.tmp', 'WScript.Echo "tmp"');
    guest.files.write('C:\\Work\\noextension', '');
    guest.files.write('C:\\Work\\s.vbs', 'WScript.Echo "hi"');
    guest.files.write(
      'C:\\Work\\job.wsf',
      '<job><script language="VBScript">\r\nWScript.Echo "job"\r\n</script></job>',
    );
    expect(await guest.run(name, args)).toEqual({ exitCode, stdout, stderr });
  });

  it('says that it does not run JScript', async () => {
    const guest = new WindowsGuest();
    guest.files.write('C:\\Work\\s.js', 'WScript.Echo("x")');
    const result = await guest.run('cscript.exe', '//nologo s.js');
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('runs VBScript only');
  });
});
