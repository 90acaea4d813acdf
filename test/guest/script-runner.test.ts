import { describe, expect, it } from 'vitest';
import type { ProgramSpec } from '../../src/backends/backend.js';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { scriptExtension, startScript, withoutSignal } from '../../src/guest/script-runner.js';
import { GuestRig } from './guest-rig.js';

/** What was started, with directories named by their number alone: a mark of its own follows in the name of each. */
function startedIn(rig: GuestRig): readonly ProgramSpec[] {
  return rig.guest.started.map((program) => ({ ...program, arguments: unmarked(program.arguments) }));
}

function unmarked(text: string): string {
  return text.replace(/(vixScript\d)[0-9a-f]{8}/g, '$1');
}

/** The text of the only script in the guest. */
function scriptIn(rig: GuestRig, name: string): string | undefined {
  const path = [...rig.guest.nodes.keys()].find((node) => unmarked(node) === name);
  return path === undefined ? undefined : rig.guest.text(path);
}

describe('the extension of a script', () => {
  it.each([
    ['C:\\Windows\\System32\\cscript.exe', '.vbs'],
    ['C:/Windows/System32/WSCRIPT.EXE', '.vbs'],
    ['"C:\\Program Files\\PowerShell\\7\\pwsh.exe"', '.ps1'],
    ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', '.ps1'],
    ['C:\\Windows\\System32\\cmd.exe', '.bat'],
    ['C:\\COMMAND', '.bat'],
    ['/usr/bin/perl', '.pl'],
    ['/usr/bin/python3', '.py'],
    ['/usr/bin/python', '.py'],
    ['/usr/bin/ruby', '.rb'],
    ['/usr/bin/tclsh', '.tcl'],
    ['/bin/sh', '.sh'],
    ['/bin/bash', '.sh'],
    ['/usr/bin/ksh', '.sh'],
    ['/opt/cmd/zsh', ''],
    ['/bin/cmd.exe.old', ''],
    ['/bin/', ''],
    ['', ''],
  ])('for %s is %j', (interpreter, extension) => {
    expect(scriptExtension(interpreter)).toBe(extension);
  });
});

describe('the language of a script for the script host', () => {
  it.each([
    ['WScript.Echo "a"', '.vbs'],
    ["' a comment; with JScript in it;\r\nDim x\r\nIf x Then\r\nEnd If\r\n", '.vbs'],
    ['x = "{" & "}"\nCall Foo(";")', '.vbs'],
    ['var x = 1;\nWScript.Echo(x);', '.js'],
    ['// says hello\nWScript.Echo("hello")', '.js'],
    ['WScript.Echo(1);', '.js'],
    ['for (var i = 0; i < 2; i++) {\n  f(i)\n}', '.js'],
    ['<job id="a"><script language="VBScript">x = 1</script></job>', '.wsf'],
    ['<?xml version="1.0"?>\r\n<package>\r\n</package>', '.wsf'],
  ])('%j is %s', (text, extension) => {
    expect(scriptExtension('C:\\Windows\\System32\\cscript.exe', text)).toBe(extension);
    expect(scriptExtension('/bin/sh', text)).toBe('.sh');
  });

  it.each([
    ['C:\\w\\cscript.exe //E:vbscript //NoLogo', 'C:\\w\\cscript.exe', '//E:vbscript //NoLogo '],
    ['"C:\\my w\\wscript.exe" //B', 'C:\\my w\\wscript.exe', '//B '],
    ['C:\\w //x\\cscript', 'C:\\w //x\\cscript', ''],
  ])('%j has switches of its own', async (interpreter, path, switches) => {
    const rig = new GuestRig('windows');
    await startScript(rig.session, { interpreter, text: 'x = 1', activateWindow: false }, rig.call, rig.leftBehind);
    const args = `${switches}"C:\\Temp\\vixScript1\\vixScript.vbs"`;
    expect(startedIn(rig)).toEqual([{ path, arguments: args, activateWindow: false }]);
  });
});

describe('startScript', () => {
  it.each([
    ['C:\\Windows\\System32\\cmd.exe /c', 'C:\\Windows\\System32\\cmd.exe', ''],
    ['cmd /Q /V:ON /C', 'cmd', '/Q /V:ON '],
    ['C:\\my /c\\cmd.exe', 'C:\\my /c\\cmd.exe', ''],
  ])('takes the switches of %j from the program', async (interpreter, path, switches) => {
    const rig = new GuestRig('windows');
    await startScript(rig.session, { interpreter, text: 'ver', activateWindow: false }, rig.call, rig.leftBehind);
    const args = `${switches}/c ""C:\\Temp\\vixScript1\\vixScript.bat""`;
    expect(startedIn(rig)).toEqual([{ path, arguments: args, activateWindow: false }]);
  });

  it('writes the text into a directory of its own and starts the interpreter on it', async () => {
    const rig = new GuestRig();
    const started = await startScript(
      rig.session,
      { interpreter: '/usr/bin/perl', text: 'print "ä";\n', activateWindow: true },
      rig.call,
      rig.leftBehind,
    );
    expect(started.pid).toBe(1000);
    expect(scriptIn(rig, '/tmp/vixScript1/vixScript.pl')).toBe('print "ä";\n');
    expect(startedIn(rig)).toEqual([
      { path: '/usr/bin/perl', arguments: '"/tmp/vixScript1/vixScript.pl"', activateWindow: true },
    ]);
    await started.cleanUp(rig.call);
    expect([...rig.guest.nodes.keys()]).toEqual([]);
  });

  it.each([
    ['posix', '', '/bin/sh', '"/tmp/vixScript1/vixScript.sh"'],
    ['windows', '', 'C:\\Windows\\System32\\cmd.exe', '/c ""C:\\Temp\\vixScript1\\vixScript.bat""'],
    ['windows', 'C:\\w\\cscript.exe', 'C:\\w\\cscript.exe', '"C:\\Temp\\vixScript1\\vixScript.vbs"'],
    ['windows', 'D:\\cmd.exe', 'D:\\cmd.exe', '/c ""C:\\Temp\\vixScript1\\vixScript.bat""'],
    [
      'windows',
      'C:\\w\\PowerShell.exe',
      'C:\\w\\PowerShell.exe',
      '-NoProfile -ExecutionPolicy Bypass -File "C:\\Temp\\vixScript1\\vixScript.ps1"',
    ],
    [
      'posix',
      '/usr/bin/pwsh',
      '/usr/bin/pwsh',
      '-NoProfile -ExecutionPolicy Bypass -File "/tmp/vixScript1/vixScript.ps1"',
    ],
    ['posix', '/opt/cmd', '/opt/cmd', '"/tmp/vixScript1/vixScript.bat"'],
  ] as const)('on %s with %j calls %s', async (family, interpreter, path, args) => {
    const rig = new GuestRig(family);
    await startScript(rig.session, { interpreter, text: 'x', activateWindow: false }, rig.call, rig.leftBehind);
    expect(startedIn(rig)).toEqual([{ path, arguments: args, activateWindow: false }]);
  });

  it.each(['posix', 'windows'] as const)('writes the text as it is given on %s', async (family) => {
    const text = 'a\nb\r\nc\n';
    const rig = new GuestRig(family);
    await startScript(rig.session, { interpreter: '', text, activateWindow: false }, rig.call, rig.leftBehind);
    const path = family === 'windows' ? 'C:\\Temp\\vixScript1\\vixScript.bat' : '/tmp/vixScript1/vixScript.sh';
    expect(scriptIn(rig, path)).toBe(text);
  });

  it('makes its directory again when the answer is lost, and leaves neither', async () => {
    const rig = new GuestRig();
    rig.guest.directory('/tmp');
    rig.control.once('files.createTempDirectory', () => {
      const [prefix = '', suffix = ''] = rig.control.last('files.createTempDirectory').args as readonly string[];
      rig.guest.directory(`/tmp/${prefix}vmware1${suffix}`);
      throw new Fault('connection-lost', 'reset');
    });
    const script = { interpreter: '', text: 'x', activateWindow: false };
    const started = await startScript(rig.session, script, rig.call, rig.leftBehind);
    rig.control.once('files.deleteDirectory', () => {
      rig.guest.nodes.clear();
      rig.guest.directory('/tmp');
      throw new Fault('connection-lost', 'reset');
    });
    await started.cleanUp(rig.call);
    expect([...rig.guest.nodes.keys()]).toEqual(['/tmp']);
    expect([rig.guest.started.length, rig.left]).toEqual([1, []]);
  });

  it('is given up when no answer comes again and again', async () => {
    const rig = new GuestRig();
    rig.control.always('files.createTempDirectory', new Fault('host-timeout', 'no answer'));
    const script = { interpreter: '', text: 'x', activateWindow: false };
    await expect(startScript(rig.session, script, rig.call, rig.leftBehind)).rejects.toThrow('no answer');
    expect(rig.control.operations).toHaveLength(3);
  });

  it.each(['is made', 'is never made'])('waits for its directory when it was cancelled, which %s', async (outcome) => {
    const rig = new GuestRig();
    rig.control.once('files.createTempDirectory', 'deaf');
    const script = { interpreter: '', text: 'x', activateWindow: false };
    const starting = startScript(rig.session, script, rig.call, rig.leftBehind).catch(String);
    const making = await rig.control.reached('files.createTempDirectory');
    rig.abort.abort(new Error('stop'));
    await settle();
    expect(making.signal.aborted).toBe(false);
    if (outcome === 'is made') making.release();
    else await rig.clock.advance(30_000);
    expect(await starting).toBe('Error: stop');
    expect([making.signal.aborted, [...rig.guest.nodes.keys()], rig.left]).toEqual([true, [], []]);
  });

  it.each(['files.write', 'guest.start'])('leaves nothing behind when %s fails', async (operation) => {
    const rig = new GuestRig();
    rig.control.once(operation, new Fault('disk-full', 'no room'));
    const starting = startScript(
      rig.session,
      { interpreter: '', text: 'x', activateWindow: false },
      rig.call,
      rig.leftBehind,
    );
    await expect(starting).rejects.toThrow('no room');
    expect([...rig.guest.nodes.keys()]).toEqual([]);
  });

  it('reports the first failure when the tidying fails as well', async () => {
    const rig = new GuestRig();
    rig.control.once('guest.start', new Fault('file-not-found', 'no interpreter'));
    rig.control.once('files.deleteDirectory', new Fault('file-access', 'no right'));
    const starting = startScript(
      rig.session,
      { interpreter: '', text: 'x', activateWindow: false },
      rig.call,
      rig.leftBehind,
    );
    await expect(starting).rejects.toThrow('no interpreter');
    expect(rig.left.map(String)).toEqual(['Fault: no right']);
  });

  it('tidies up also when it was cancelled', async () => {
    const rig = new GuestRig();
    rig.control.once('guest.start', 'pending');
    const starting = startScript(
      rig.session,
      { interpreter: '', text: 'x', activateWindow: false },
      rig.call,
      rig.leftBehind,
    );
    const outcome = starting.catch(String);
    await settle();
    rig.abort.abort(new Error('stop'));
    expect(await outcome).toBe('Error: stop');
    expect([...rig.guest.nodes.keys()]).toEqual([]);
    expect(rig.control.last('files.deleteDirectory').signal.aborted).toBe(false);
  });

  it('fails when no directory can be made', async () => {
    const rig = new GuestRig();
    rig.control.once('files.createTempDirectory', new Fault('guest-permission', 'no right'));
    const starting = startScript(
      rig.session,
      { interpreter: '', text: 'x', activateWindow: false },
      rig.call,
      rig.leftBehind,
    );
    await expect(starting).rejects.toThrow('no right');
    expect(rig.control.operations).toEqual(['files.createTempDirectory']);
  });
});

describe('an interpreter without a path', () => {
  const absent = new Fault('file-not-found', 'not there');
  const paths = (rig: GuestRig): readonly unknown[] =>
    rig.control.of('guest.start').map(({ args }) => (args[0] as { readonly path: string }).path);

  it('is tried as it is, then in the usual directories, and starts once', async () => {
    const rig = new GuestRig();
    rig.control.once('guest.start', absent, absent);
    const script = { interpreter: 'python3', text: 'x', activateWindow: false };
    await startScript(rig.session, script, rig.call, rig.leftBehind);
    expect(paths(rig)).toEqual(['python3', '/bin/python3', '/usr/bin/python3']);
    expect(startedIn(rig)).toEqual([
      { path: '/usr/bin/python3', arguments: '"/tmp/vixScript1/vixScript.py"', activateWindow: false },
    ]);
    await startScript(rig.session, script, rig.call, rig.leftBehind);
    expect(paths(rig).slice(3)).toEqual(['python3']);
  });

  it('is looked for where Windows says that it is', async () => {
    const rig = new GuestRig('windows');
    rig.guest.environment.set('SystemRoot', 'D:\\WinNT\\');
    const script = { interpreter: 'powershell', text: 'x', activateWindow: false };
    for (let round = 0; round < 2; round += 1) {
      rig.control.once('guest.start', absent, absent);
      await startScript(rig.session, script, rig.call, rig.leftBehind);
    }
    const tried = [
      'powershell',
      'D:\\WinNT\\System32\\powershell.exe',
      'D:\\WinNT\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    ];
    expect(paths(rig)).toEqual([...tried, ...tried]);
    expect(startedIn(rig)[0]?.arguments).toMatch(/^-NoProfile .* -File "C:\\Temp\\vixScript1\\vixScript.ps1"$/);
    expect(rig.control.of('guest.readEnvironment')).toHaveLength(1);
  });

  it.each(['guest-permission', 'program-not-started', 'connection-lost', 'busy'] as const)(
    'is not tried elsewhere after %s, for it may have run',
    async (kind) => {
      const rig = new GuestRig();
      rig.control.once('guest.start', new Fault(kind, 'it may have run'));
      const starting = startScript(
        rig.session,
        { interpreter: 'perl', text: 'x', activateWindow: false },
        rig.call,
        rig.leftBehind,
      );
      await expect(starting).rejects.toMatchObject({ kind });
      expect(paths(rig)).toEqual(['perl']);
      expect([...rig.guest.nodes.keys()]).toEqual([]);
    },
  );

  it('that is nowhere is told with all the places', async () => {
    const rig = new GuestRig();
    rig.control.always('guest.start', absent);
    const starting = startScript(
      rig.session,
      { interpreter: 'perl', text: 'x', activateWindow: false },
      rig.call,
      rig.leftBehind,
    );
    await expect(starting).rejects.toMatchObject({
      kind: 'file-not-found',
      message:
        'the guest has no interpreter "perl"; looked for /bin/perl, /usr/bin/perl, /usr/local/bin/perl; give its full path',
    });
    expect([...rig.guest.nodes.keys()]).toEqual([]);
  });

  it.each([
    ['posix', './perl'],
    ['posix', 'bin/perl'],
    ['windows', 'C:perl.exe'],
    ['windows', '\\perl.exe'],
    ['windows', '..\\perl.exe'],
  ] as const)('on %s is not %s', async (family, interpreter) => {
    const rig = new GuestRig(family);
    const starting = startScript(
      rig.session,
      { interpreter, text: 'x', activateWindow: false },
      rig.call,
      rig.leftBehind,
    );
    await expect(starting).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(rig.control.operations).toEqual([]);
  });

  it('is the one of the PATH, as the shell that starts it would find it', async () => {
    const rig = new GuestRig();
    rig.guest.environment.set('PATH', '/opt/bin:/usr/bin');
    for (const path of ['/opt/bin/perl', '/usr/bin/perl']) rig.guest.file(path, '');
    const script = { interpreter: 'perl', text: 'x', activateWindow: false, isCaptured: true };
    await startScript(rig.session, script, rig.call, rig.leftBehind);
    expect(startedIn(rig)[0]?.arguments).toContain('/opt/bin/perl');
  });

  it('is looked for before another program is to start it', async () => {
    const rig = new GuestRig();
    rig.guest.file('/usr/bin/perl', '');
    const script = { interpreter: 'perl', text: 'x', activateWindow: false, isCaptured: true };
    await startScript(rig.session, script, rig.call, rig.leftBehind);
    expect(startedIn(rig)[0]?.arguments).toContain('/usr/bin/perl');
    await expect(
      startScript(rig.session, { ...script, interpreter: 'ruby' }, rig.call, rig.leftBehind),
    ).rejects.toMatchObject({
      kind: 'file-not-found',
    });
  });
});

describe('the command interpreter of a Windows guest', () => {
  const script = { interpreter: '', text: 'ver', activateWindow: false };

  it('is the one in its %SystemRoot%, asked for once in a login', async () => {
    const rig = new GuestRig('windows');
    rig.guest.environment.set('SystemRoot', 'E:\\Windows');
    await startScript(rig.session, script, rig.call, rig.leftBehind);
    await startScript(rig.session, script, rig.call, rig.leftBehind);
    const shell = 'E:\\Windows\\System32\\cmd.exe';
    expect(startedIn(rig).map(({ path }) => path)).toEqual([shell, shell]);
    expect(rig.control.of('guest.readEnvironment')).toHaveLength(1);
  });

  it.each(['not-supported', 'guest-operation-disabled'] as const)(
    'is in the usual place where the guest does not tell: %s',
    async (kind) => {
      const rig = new GuestRig('windows');
      rig.control.once('guest.readEnvironment', new Fault(kind, 'no'));
      await startScript(rig.session, script, rig.call, rig.leftBehind);
      expect(startedIn(rig)[0]?.path).toBe('C:\\Windows\\System32\\cmd.exe');
    },
  );

  it('is not guessed when the guest cannot be asked', async () => {
    const rig = new GuestRig('windows');
    rig.control.once('guest.readEnvironment', new Fault('guest-login-refused', 'no'));
    await expect(startScript(rig.session, script, rig.call, rig.leftBehind)).rejects.toMatchObject({
      kind: 'guest-login-refused',
    });
    expect(rig.control.operations).toEqual(['guest.readEnvironment']);
  });
});

describe('withoutSignal', () => {
  it('keeps the clock and drops the rest', () => {
    const rig = new GuestRig();
    rig.abort.abort();
    const call = withoutSignal(rig.call);
    call.progress(1);
    expect([call.clock, call.signal.aborted, rig.progress]).toEqual([rig.clock, false, []]);
  });
});

describe('a guest session', () => {
  it('sends every request through the turn of its VM, and shares one watch', async () => {
    const rig = new GuestRig();
    const program = { path: '/bin/a', arguments: '', activateWindow: false };
    const pids = [await rig.session.start(program, rig.call), await rig.session.start(program, rig.call)];
    const waits = pids.map((pid) => rig.session.waitForExit(pid, rig.call));
    await rig.clock.advance(10);
    expect(await Promise.all(waits)).toMatchObject([
      { exitCode: 0, elapsedMs: 2500 },
      { exitCode: 0, elapsedMs: 2500 },
    ]);
    expect([rig.turns, rig.control.of('guest.poll').map((call) => call.args)]).toEqual([3, [[pids]]]);
  });
});
