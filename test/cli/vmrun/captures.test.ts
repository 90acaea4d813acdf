import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { VmrunRig } from './vmrun-rig.js';

interface Capture {
  readonly args: readonly string[];
  readonly printed: string;
}

/** What a page shows of a terminal: commands behind `$`, each with what it prints. */
function capturesIn(page: string): readonly Capture[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
  const blocks = [...text.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ vmrun /m)
      .slice(1)
      .map((part) => {
        const [line = '', ...printed] = part.split('\n');
        return { args: line.split(' '), printed: printed.join('\n') };
      }),
  );
}

it('docs/vmrun.md shows what vmrun prints at a terminal', async () => {
  const rig = new VmrunRig({ store: 'directory' });
  const machine = join(rig.directory, 'vms', 'web', 'web.vmx');
  mkdirSync(dirname(machine), { recursive: true });
  writeFileSync(machine, 'guestOS = "ubuntu-64"\n');
  const shown = capturesIn('vmrun.md');
  expect(shown.length).toBeGreaterThan(4);
  const printed: Capture[] = [];
  for (const { args } of shown) {
    const { stdout, stderr } = await rig.run(args, { people: ['stdout', 'stderr'] });
    printed.push({ args, printed: (stdout + stderr).replaceAll(rig.directory, '/home/me') });
    // The guest of a machine that has been started takes its time to be up.
    await rig.clock.advance(60_000);
  }
  expect(printed).toEqual(shown);
});
