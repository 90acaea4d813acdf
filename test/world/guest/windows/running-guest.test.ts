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

  it('a log shows what was printed while the program still runs, and keeps it when the program is killed', async () => {
    const guest = windowsGuest();
    guest
      .as('Ann')
      .write('C:\\Users\\Ann\\server.bat', '@echo started\r\n@ping -n 100 127.0.0.1 > nul\r\n@echo over\r\n');
    const args = '/c "server.bat > log.txt 2>&1"';
    const { pid, done } = guest.begin({ path: `${system}\\cmd.exe`, arguments: args }, 'Ann');
    await settle(20);
    expect(textOf(guest, 'C:\\Users\\Ann\\log.txt')).toBe('started\r\n');
    guest.kill(pid, guest.user('Ann'));
    await done;
    expect(textOf(guest, 'C:\\Users\\Ann\\log.txt')).toBe('started\r\n');
  });

  it('a batch file starts by its own path, with its words', async () => {
    const guest = windowsGuest();
    guest.as('Ann').write('C:\\Users\\Ann\\my job.bat', '@echo off\r\necho %~1-%2 %USERNAME% %CD%\r\nexit /b 17\r\n');
    const result = await guest.run({ path: 'C:\\Users\\Ann\\my job.bat', arguments: '"a b" c' }, 'Ann');
    expect(result).toEqual({ exitCode: 17, output: 'a b-c Ann C:\\Users\\Ann' });
  });

  it('a program with a window does not keep the script that starts it', async () => {
    const guest = windowsGuest();
    guest.as('Ann').write('C:\\Users\\Ann\\open.vbs', 'CreateObject("WScript.Shell").Run "calc.exe", 1, False');
    const args = '/c start notepad C:\\a.txt & start "" /b explorer & cscript //nologo open.vbs & echo done';
    expect(await guest.run({ path: `${system}\\cmd.exe`, arguments: args }, 'Ann')).toEqual({
      exitCode: 0,
      output: 'done',
    });
    expect(guest.table.list().map(({ name, commandLine }) => [name, commandLine])).toEqual([
      ['notepad.exe', 'C:\\Windows\\System32\\notepad.exe C:\\a.txt'],
      ['explorer.exe', 'C:\\Windows\\System32\\explorer.exe'],
      ['calc.exe', 'C:\\Windows\\System32\\calc.exe'],
    ]);
  });

  it('a batch file that is started goes on by itself', async () => {
    const guest = windowsGuest();
    guest.as('Ann').write('C:\\Users\\Ann\\slow.bat', '@ping -n 3 127.0.0.1 > nul\r\n@echo over> over.txt\r\n');
    const { exitCode } = await guest.run({ path: `${system}\\cmd.exe`, arguments: '/c start /min slow.bat' }, 'Ann');
    expect(exitCode).toBe(0);
    expect(guest.as('Ann').exists('C:\\Users\\Ann\\over.txt')).toBe(false);
    await settle(20);
    await guest.clock.advance(2000);
    await settle(20);
    expect(textOf(guest, 'C:\\Users\\Ann\\over.txt')).toBe('over\r\n');
    expect(guest.runner.running).toEqual([]);
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
