import { describe, expect, it } from 'vitest';
import { settle } from '../../../../src/base/clock.js';
import { posixPrograms } from '../../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../guest-fixture.js';

const make = (): TestGuest => new TestGuest(posixPrograms({ shell: 'small' }));

describe('commands that change the power', () => {
  it.each<readonly [script: string, change: 'off' | 'reset']>([
    ['shutdown -h now', 'off'],
    ['/sbin/shutdown -P +0', 'off'],
    ['shutdown now going down', 'off'],
    ['shutdown -r now', 'reset'],
    ['shutdown --reboot 0', 'reset'],
    ['poweroff -f', 'off'],
    ['/usr/sbin/halt', 'off'],
    ['reboot', 'reset'],
    ['reboot -p', 'off'],
  ])('%s', async (script, change) => {
    const guest = make();
    expect(await guest.run(script, 'root')).toEqual({ exitCode: 0, output: '' });
    expect(guest.powerChanges).toEqual([change]);
  });

  it.each<readonly [script: string, message: string]>([
    ['shutdown -h now', 'shutdown: you must be root to do that!'],
    ['shutdown -c', 'shutdown: you must be root to do that!'],
    ['poweroff', 'poweroff: must be superuser.'],
  ])('%s is refused to others', async (script, message) => {
    const guest = make();
    expect(await guest.run(script)).toEqual({ exitCode: 1, output: message });
    expect(guest.powerChanges).toEqual([]);
  });

  it.each<readonly [script: string, message: string]>([
    ['shutdown soon', 'shutdown: failed to parse time specification: soon'],
    ['shutdown -h 25:00', 'shutdown: failed to parse time specification: 25:00'],
    ['shutdown -z now', "shutdown: unrecognized option '-z'"],
    ['reboot --now', "reboot: unrecognized option '--now'"],
  ])('%s is no such command', async (script, message) => {
    const guest = make();
    expect(await guest.run(script, 'root')).toEqual({ exitCode: 1, output: message });
    expect(guest.powerChanges).toEqual([]);
  });

  it.each<readonly [script: string, minutes: number, change: 'off' | 'reset']>([
    ['shutdown', 1, 'off'],
    ['shutdown -r +3', 3, 'reset'],
    ['shutdown -h 00:05', 5, 'off'],
  ])('%s waits in a process of its own', async (script, minutes, change) => {
    const guest = make();
    const { exitCode, output } = await guest.run(script, 'root');
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: "Shutdown scheduled, use 'shutdown -c' to cancel." });
    expect(guest.table.list()).toMatchObject([{ name: 'shutdown', owner: 'root', commandLine: script }]);
    await settle(10);
    await guest.clock.advance(minutes * 60_000 - 1);
    expect(guest.powerChanges).toEqual([]);
    await guest.clock.advance(1);
    await settle(10);
    expect(guest.powerChanges).toEqual([change]);
  });

  it('shutdown -c gives it up, and -k only warns', async () => {
    const guest = make();
    await guest.run('shutdown +2; shutdown -c; shutdown -k now', 'root');
    expect(guest.table.list()).toEqual([]);
    await guest.clock.advance(200_000);
    expect(guest.powerChanges).toEqual([]);
  });
});
