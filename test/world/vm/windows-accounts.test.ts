import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { runIn, type CommandResult } from '../run-in.js';
import { call, fault, oneVm, session, type Fixture } from '../world-fixture.js';

async function windows(): Promise<Fixture & { admin: (line: string) => Promise<CommandResult> }> {
  const fixture = await oneVm({ guestOs: 'windows9-64', power: 'on' });
  return { ...fixture, admin: (line) => runIn(fixture, line, 'Administrator') };
}

const ok = 'The command completed successfully.\n\n';

describe('net user', () => {
  it('makes accounts that can log in, run programs and be deleted', async () => {
    const { vm, clock, admin } = await windows();
    expect(await admin('net user bob Secret1 /add')).toEqual({ exitCode: 0, output: ok });
    const bob = vm.guest({ userName: 'BOB', password: new Secret('Secret1'), isInteractive: false });
    await bob.validate(call());
    const path = await bob.files.createTempFile({ prefix: 'a', suffix: '.txt' }, call());
    expect(path).toMatch(/^C:\\Users\\bob\\AppData\\Local\\Temp\\a/u);
    expect((await bob.files.stat(path, call())).attributes.owner).toBe('bob');
    const pid = await bob.start(
      { path: 'C:\\Windows\\System32\\cmd.exe', arguments: '/c echo %USERNAME%> me' },
      call(),
    );
    while ((await bob.poll([pid], call())).get(pid)?.state === 'running') {
      await clock.advance(10);
      await new Promise(setImmediate);
    }
    expect((await bob.files.stat('C:\\Users\\bob\\me', call())).size).toBe(5);
    expect((await admin('net user')).output).toMatch(/^Administrator {12}user {21}bob$/mu);
    expect(await admin('net user bob New2 & net user bob | find "Group"')).toMatchObject({
      output: `${ok}Local Group Memberships      *Users\n`,
    });
    await expect(bob.validate(call())).rejects.toMatchObject(fault('guest-login-refused'));
    expect(await admin('net user bob /delete')).toEqual({ exitCode: 0, output: ok });
    const again = vm.guest({ userName: 'bob', password: new Secret('New2'), isInteractive: false });
    await expect(again.validate(call())).rejects.toMatchObject(fault('guest-login-refused'));
  });

  it('makes administrators', async () => {
    const { vm, admin } = await windows();
    const registry = session(vm).registry;
    const create = (): Promise<void> => registry.createKey('HKLM\\Software\\X', { isVolatile: false }, call());
    await expect(create()).rejects.toMatchObject(fault('guest-permission'));
    expect(await admin('net localgroup Administrators user /add')).toEqual({ exitCode: 0, output: ok });
    expect((await admin('net localgroup administrators')).output).toMatch(/-{79}\nAdministrator\nuser\n/u);
    await create();
    expect(await admin('net localgroup Administrators user /delete')).toEqual({ exitCode: 0, output: ok });
    await expect(registry.deleteKey('HKLM\\Software\\X', { isRecursive: true }, call())).rejects.toMatchObject(
      fault('guest-permission'),
    );
  });

  it.each([
    ['net user user x /add', 'The account already exists.\n\nMore help is available by typing NET HELPMSG 2224.'],
    ['net user no /delete', 'The user name could not be found.\n\nMore help is available by typing NET HELPMSG 2221.'],
    ['net user a*b x /add', 'The user name is invalid.\n\nMore help is available by typing NET HELPMSG 2202.'],
    [
      'net user Administrator /delete',
      'System error 1371 has occurred.\n\nCannot perform this operation on built-in accounts.',
    ],
    ['net localgroup Nobodies', 'System error 1376 has occurred.\n\nThe specified local group does not exist.'],
    [
      'net localgroup Administrators Administrator /add',
      'System error 1378 has occurred.\n\nThe specified account name is already a member of the group.',
    ],
    [
      'net localgroup Administrators user /delete',
      'System error 1377 has occurred.\n\nThe specified account name is not a member of the group.',
    ],
    ['net share', 'The mock guest knows "net user", "net localgroup" and "net start" only, not "net share".'],
  ])('%s fails with a message', async (line, message) => {
    const { admin } = await windows();
    expect(await admin(line)).toEqual({ exitCode: 2, output: `${message}\n` });
  });

  it('is for administrators', async () => {
    const fixture = await windows();
    const denied = { exitCode: 2, output: 'System error 5 has occurred.\n\nAccess is denied.\n' };
    for (const line of ['net user x y /add', 'net user user y', 'net localgroup Administrators user /add']) {
      expect(await runIn(fixture, line)).toEqual(denied);
    }
  });
});

describe('setx', () => {
  it('sets variables for the programs that start later', async () => {
    const fixture = await windows();
    const saved = '\nSUCCESS: Specified value was saved.\n';
    expect(await runIn(fixture, 'setx LEVEL "a b" & echo [%LEVEL%]')).toEqual({
      exitCode: 0,
      output: `${saved}[]\n`,
    });
    expect(await runIn(fixture, 'echo [%LEVEL%]')).toMatchObject({ output: '[a b]\n' });
    expect(await fixture.admin('setx PLACE %%USERNAME%%-1 /M')).toEqual({ exitCode: 0, output: saved });
    expect(await runIn(fixture, 'echo [%PLACE%]')).toMatchObject({ output: '[user-1]\n' });
    expect(await fixture.admin('echo [%LEVEL%]')).toMatchObject({ output: '[%LEVEL%]\n'.replace('%LEVEL%', '') });
    expect(await session(fixture.vm).readEnvironment('level', call())).toBe('a b');
  });

  it('fails with a message', async () => {
    const fixture = await windows();
    expect(await runIn(fixture, 'setx A b /m')).toEqual({
      exitCode: 1,
      output: 'ERROR: Access to the registry path is denied.\n',
    });
    expect(await runIn(fixture, 'setx A')).toEqual({
      exitCode: 1,
      output: 'ERROR: Invalid syntax.\nType "SETX /?" for usage.\n',
    });
  });
});

describe('reg', () => {
  it('takes keys from one machine to another, and keeps users to their own', async () => {
    const done = 'The operation completed successfully.\n';
    const one = await windows();
    const key = 'HKLM\\Software\\Acme';
    const set = `reg add ${key}\\Sub /v ü /d "a \\"b\\"" & reg add ${key} /ve /t REG_MULTI_SZ /d x\\0y`;
    expect(await one.admin(`${set} & reg export ${key} C:\\acme.reg`)).toEqual({ exitCode: 0, output: done.repeat(3) });
    expect(await one.admin(`reg export ${key} C:\\acme.reg`)).toMatchObject({ exitCode: 1 });
    expect(
      await one.admin(`reg export ${key} C:\\acme.reg /y & reg delete ${key} /f & reg import C:\\acme.reg`),
    ).toEqual({ exitCode: 0, output: done.repeat(3) });
    expect((await one.admin(`reg query ${key} /s`)).output).toContain('    ü    REG_SZ    a "b"\n');
    expect(await runIn(one, 'reg import C:\\acme.reg')).toEqual({ exitCode: 1, output: 'ERROR: Access is denied.\n' });
    expect(await one.admin('reg import C:\\no.reg')).toMatchObject({ exitCode: 1 });
    expect(await one.admin('reg import C:\\Windows\\win.ini')).toMatchObject({ exitCode: 1 });
  });
});
