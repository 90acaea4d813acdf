import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asUser, newLab } from './lab.js';

const canceled = { stdout: 'Error: The operation was canceled\n', stderr: '', status: -1 };

describe('a command that is cut short', () => {
  it.each([
    ['while its task is started', 'PowerOnVM_Task', { delayMs: 200 }, (hits: number) => hits > 0],
    ['while its task runs', 'WaitForUpdatesEx', { delayMs: 0 }, (hits: number) => hits > 1],
  ] as const)('by Ctrl-C %s has the task canceled before it logs out', async (_when, on, effect, isTime) => {
    const rig = newLab({ store: 'vcenter', transitionMs: 8000 });
    const { faults } = await rig.simulator();
    const [watched, cancel] = [faults.add({ on, effect }), faults.add({ on: 'CancelTask', effect: { delayMs: 0 } })];
    const hits = (id: string): number => faults.list().find((fault) => fault.id === id)?.hits ?? 0;
    const run = await rig.interrupt(['start', rig.path('off')], () => isTime(hits(watched)));
    expect(run).toEqual({ ...canceled, signal: 'SIGINT' });
    expect(hits(cancel)).toBe(1);
  });

  it('by Ctrl-C takes away what has come of a file of the guest', async () => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'guest.files.read', effect: { never: true } });
    const partial = (): boolean => readdirSync(rig.directory).some((name) => name.endsWith('.part'));
    const copy = [...asUser, 'CopyFileFromGuestToHost', rig.path('on'), '/etc/passwd', 'passwd'];
    expect(await rig.interrupt(copy, partial)).toEqual({ ...canceled, signal: 'SIGINT' });
    expect(readdirSync(rig.directory)).toEqual([]);
  });
});
