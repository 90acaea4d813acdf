import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asUser, newLab } from './lab.js';
import type { VmrunRig } from './vmrun-rig.js';

const silent = { status: 0, stdout: '', stderr: '' };
const signs = ['a', ' ', '-', '\n', '"', "'", '\\', 'é', '語', '$', '*', '%', ';', '`', '='] as const;

/** A name that a file system takes, and that some shell or parser would rather not. */
const oddName = fc.string({ unit: fc.constantFrom(...signs), minLength: 1, maxLength: 8 });

/** Names of files on Windows may hold less. */
const oddFileName = process.platform === 'win32' ? oddName.map((name) => name.replaceAll(/["*\n\\]/g, '_')) : oddName;

/** VIX takes a name with one for a path from snapshot to snapshot. */
function withoutSeparators(name: string): string {
  return name.replaceAll('\\', '_');
}

async function snapshotsOf(rig: VmrunRig, path: string): Promise<unknown> {
  const { stdout } = await rig.run(['--json', 'listSnapshots', path]);
  return JSON.parse(stdout);
}

describe('a name with blanks, quotes, line ends, Unicode or a leading dash', () => {
  it('is taken as it is for machines, snapshots and clones', async () => {
    const rig = newLab({ store: 'directory' });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(oddFileName, oddName.map(withoutSeparators), async (name, snapshot) => {
        const path = rig.path(`${(count += 1)}${name}`);
        const clone = rig.path(`clone ${count}${name}`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, 'guestOS = "ubuntu-64"\n');
        expect(await rig.run(['snapshot', path, snapshot])).toEqual(silent);
        expect((await rig.run(['listSnapshots', path])).stdout).toBe(`Total snapshots: 1\n${snapshot}\n`);
        expect(await snapshotsOf(rig, path)).toMatchObject({ result: { snapshots: [{ name: snapshot, depth: 0 }] } });
        expect(await rig.run(['clone', path, clone, 'linked', `-snapshot=${snapshot}`, `-cloneName=${name}`])).toEqual(
          silent,
        );
        expect((await rig.run(['readVariable', clone, 'runtimeConfig', 'displayName'])).stdout).toBe(`${name}\n`);
        expect(await rig.run(['start', clone, 'nogui'])).toEqual(silent);
        expect((await rig.run(['list'])).stdout).toContain(`${clone}\n`);
        expect(await rig.run(['stop', clone, 'hard'])).toEqual(silent);
        expect(await rig.run(['revertToSnapshot', path, snapshot])).toEqual(silent);
      }),
      { numRuns: 6 },
    );
  });

  it('is taken as it is for files of both sides, variables and shares', async () => {
    const rig = newLab();
    const on = rig.path('on');
    await fc.assert(
      fc.asyncProperty(oddFileName, oddName, async (name, text) => {
        const [source, target] = [`from ${name}`, `to ${name}`].map((file) => join(rig.directory, file));
        writeFileSync(source ?? '', text);
        const inGuest = `/tmp/-${name.replaceAll('\n', '_')}`;
        expect(await rig.run([...asUser, 'CopyFileFromHostToGuest', on, source ?? '', inGuest])).toEqual(silent);
        expect((await rig.run([...asUser, 'fileExistsInGuest', on, inGuest])).status).toBe(0);
        expect(await rig.run([...asUser, 'CopyFileFromGuestToHost', on, inGuest, target ?? ''])).toEqual(silent);
        expect(await rig.run([...asUser, 'deleteFileInGuest', on, inGuest])).toEqual(silent);
        expect(await rig.run(['writeVariable', on, 'guestVar', 'text', text])).toEqual(silent);
        expect((await rig.run(['readVariable', on, 'guestVar', 'text'])).stdout).toBe(`${text}\n`);
      }),
      { numRuns: 6 },
    );
  });
});

describe('passwords that look like flags', () => {
  it.each(['-gp', '-T', '--json', '-', '--', '-vp=x', ' '])(
    '%j unlocks the machine that it locks',
    async (password) => {
      const rig = newLab();
      rig.inventory.vm({ name: 'vault', location: rig.path('vault'), encryptionPassword: password });
      const around = password === '-' ? { stdin: ['-'] } : {};
      expect(await rig.run(['-vp', password, 'start', rig.path('vault')], around)).toEqual(silent);
    },
  );

  it.each([
    [['-gu', 'user', '-gp'], 'Invalid argument: -gp'],
    [['-vp'], 'Invalid argument: -vp'],
    [['-gp', 'secret', '-vp'], 'Invalid argument: -vp'],
    [['-gpsecret', 'list'], 'Invalid argument: -gpsecret'],
  ])('%j is told in one line above the usage', async (args, line) => {
    const { stdout, stderr, status } = await newLab().run(args);
    expect([stdout.split('\n')[0], stderr, status]).toEqual([line, '', -1]);
  });
});
