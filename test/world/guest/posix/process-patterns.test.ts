import { describe, expect, it } from 'vitest';
import { posixPrograms } from '../../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../guest-fixture.js';

function guestWithSleeper(): TestGuest {
  const guest = new TestGuest(posixPrograms({ shell: 'small' }));
  guest.table.add({ name: 'job', commandLine: `/bin/job ${'a'.repeat(64)}`, owner: 'root' });
  return guest;
}

describe('pgrep and pkill', () => {
  it.each(['pgrep', 'pkill', 'killall'])('%s gives a pattern up that takes too long', async (command) => {
    const guest = guestWithSleeper();
    expect(await guest.run(`${command} -f '(a+)+b'`, 'root')).toEqual({
      exitCode: 1,
      output: `${command}: the pattern '(a+)+b' is too expensive to match`,
    });
    expect(guest.table.list().map(({ pid }) => guest.state(pid))).toEqual([{ state: 'running' }]);
  });

  it.each(['pgrep', 'pkill'])('%s refuses a pattern that cannot be read', async (command) => {
    expect(await guestWithSleeper().run(`${command} '(a'`, 'root')).toEqual({
      exitCode: 1,
      output: `${command}: the pattern '(a' is no regular expression`,
    });
  });

  it('find by name, by command line, and exactly', async () => {
    const guest = guestWithSleeper();
    const found = async (words: string): Promise<number> => (await guest.run(`pgrep ${words}`, 'root')).exitCode;
    expect(await Promise.all(["'j.b'", "-f '/job a+$'", '-x job', '-u root jo'].map(found))).toEqual([0, 0, 0, 0]);
    expect(await Promise.all(["'aaa'", '-x jo', '-u ann job', "-x '(a'"].map(found))).toEqual([1, 1, 1, 1]);
  });
});
