import { describe, expect, it } from 'vitest';
import { settle } from '../../../../src/base/clock.js';
import { standardPrograms } from '../../../../src/world/guest/guest-programs.js';
import { TestGuest } from '../guest-fixture.js';

const system = 'C:\\Windows\\System32';

function windowsGuest(): TestGuest {
  return new TestGuest(standardPrograms().windows);
}

function textOf(guest: TestGuest, path: string): string {
  return new TextDecoder().decode(guest.as('Ann').read(path).bytes());
}

describe('Windows programs in a running guest', () => {
  it('a command line leaves its output in a file, as VIX programs fetch it', async () => {
    const guest = windowsGuest();
    const args = '/c "ipconfig > %TEMP%\\out.txt 2>&1 && exit 3"';
    const { exitCode } = await guest.run({ path: `${system}\\cmd.exe`, arguments: args }, 'Ann');
    expect(exitCode).toBe(3);
    expect(textOf(guest, 'C:\\Users\\Ann\\AppData\\Local\\Temp\\out.txt')).toContain('10.0.0.5');
  });

  it('a batch file starts by its own path, with its words', async () => {
    const guest = windowsGuest();
    guest.as('Ann').write('C:\\Users\\Ann\\my job.bat', '@echo off\r\necho %~1-%2 %USERNAME% %CD%\r\nexit /b 17\r\n');
    const result = await guest.run({ path: 'C:\\Users\\Ann\\my job.bat', arguments: '"a b" c' }, 'Ann');
    expect(result).toEqual({ exitCode: 17, output: 'a b-c Ann C:\\Users\\Ann' });
  });

  it('every program of the table is found by its name', async () => {
    const guest = windowsGuest();
    const { output } = await guest.run(
      { path: `${system}\\cmd.exe`, arguments: '/c where cmd.exe cscript more tasklist' },
      'Ann',
    );
    expect(output.split('\n')).toEqual(
      ['cmd.exe', 'cscript.exe', 'more.com', 'tasklist.exe'].map((name) => `${system}\\${name}`),
    );
  });

  it('an endless batch ends when it is killed', async () => {
    const guest = windowsGuest();
    guest.as('Ann').write('C:\\Users\\Ann\\loop.bat', ':top\r\n@goto top\r\n');
    const started = guest.begin({ path: 'C:\\Users\\Ann\\loop.bat', arguments: '' }, 'Ann');
    await settle();
    guest.kill(started.pid, guest.user('Ann'));
    expect(await started.done).not.toBe(0);
    expect(guest.runner.running).toEqual([]);
  });

  it.each([
    ['a.vbs', 'WScript.Quit CreateObject("WScript.Shell").Run("cscript a.vbs", 0, True)'],
    ['a.bat', '@cmd /c a.bat'],
    ['a.cmd', '@cscript //nologo a.vbs'],
  ])('%s that starts itself again is stopped', async (name, text) => {
    const guest = windowsGuest();
    const files = guest.as('Ann');
    files.write('C:\\Users\\Ann\\a.vbs', 'WScript.Quit CreateObject("WScript.Shell").Run("cmd /c a.cmd", 0, True)');
    files.write(`C:\\Users\\Ann\\${name}`, text);
    const { exitCode } = await guest.run(
      { path: `${system}\\cmd.exe`, arguments: `/c ${name.endsWith('.vbs') ? 'cscript ' : ''}${name}` },
      'Ann',
    );
    expect(exitCode).toBe(1);
  });
});
