import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSimulator } from 'revix/simulator';
import { beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';
import { NativeInstallation, programNames, transcriptOf, whyNoCompiler } from '../support/native-installation.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The programs that Go and Ruby have: one without a callback, one with. */
const fewNames = ['open-vm', 'find-running-vms'];

/** Compiles the Java client. @returns how it is started. */
async function javaCommand(installation: NativeInstallation): Promise<readonly string[]> {
  const classes = join(installation.folder, 'classes');
  const sources = readdirSync(here('java')).map((name) => here(`java/${name}`));
  await installation.tool('javac', ['-Xlint:all', '-Werror', '-cp', pathOf('jna'), '-d', classes, ...sources]);
  const path = [pathOf('jna'), classes].join(delimiter);
  return ['java', `-Djna.library.path=${installation.libraries}`, '-cp', path, 'Programs'];
}

/** Builds the Go client. @returns how it is started. */
async function goCommand(installation: NativeInstallation): Promise<readonly string[]> {
  const program = join(installation.folder, 'go-programs');
  const env = {
    ...process.env,
    CGO_CFLAGS: `-I${installation.headers}`,
    CGO_LDFLAGS: `-L${installation.libraries}`,
    CC: 'gcc',
  };
  await installation.tool(pathOf('go'), ['build', '-C', here('go'), '-o', program, '.'], env);
  return [program];
}

const why = whyNoCompiler('gcc');
if (why !== undefined) console.log(`skipped: clients in other languages: ${why}`);

describe.skipIf(why !== undefined)('clients in other languages', () => {
  const installation = new NativeInstallation('gcc');
  beforeAll(() => installation.install());

  const clients = {
    'Python by ctypes': {
      needs: 'python',
      names: programNames,
      start: () => [pathOf('python'), '-B', here('python/programs.py')],
    },
    'Java by JNA': { needs: 'jna', names: programNames, start: () => javaCommand(installation) },
    'Go by cgo': { needs: 'go', names: fewNames, start: () => goCommand(installation) },
    'Ruby by FFI': { needs: 'ruby', names: fewNames, start: () => [pathOf('ruby'), here('ruby/programs.rb')] },
  } as const;

  describe.each(Object.entries(clients))('%s', (_, { needs, names, start }) => {
    describe.skipIf(lacks(needs))('prints what the same program in TypeScript prints', () => {
      let command: readonly string[] = [];
      beforeAll(async () => {
        command = await start();
      });

      it.for(names)('%s', async (name) => {
        const [program = '', ...args] = command;
        expect(await installation.run(program, [...args, name])).toEqual({ code: 0, out: transcriptOf(name), err: '' });
      });

      it.for(names)('%s, over vSphere', async (name) => {
        const [program = '', ...args] = command;
        const first = await startSimulator();
        const second = await startSimulator();
        try {
          const expected = await installation.runExample(name, first);
          expect(expected.out).toContain('handles left beside the host: 0');
          expect(await installation.run(program, [...args, name], second)).toEqual(expected);
        } finally {
          await first.close();
          await second.close();
        }
      });
    });
  });

  const places = [
    { over: 'the mock host', start: () => undefined, shares: [1, 'work'] },
    { over: 'vSphere', start: () => startSimulator(), shares: 'VixError #6: The operation is not supported' },
  ];

  describe.skipIf(lacks('python-vix'))('an existing binding, the Python package vix', () => {
    it.for(places)('works unchanged over $over', async ({ start, shares }) => {
      const simulator = await start();
      const args = ['-B', here('python/unchanged-binding.py'), installation.libraries];
      const { code, out, err } = await installation.run(pathOf('python-vix'), args, simulator);
      await simulator?.close();
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(out)).toEqual({
        host: 3,
        found: ['[datastore1] web/web.vmx', '[datastore1] build/build.vmx', '[datastore1] no-tools/no-tools.vmx'],
        // Powered on with Tools running is 0x48, Tools running 2.
        vm: ['linux', '/vms/linux/linux.vmx', [1, 1024], true, 0x48, 2],
        program: [true, 3],
        script: 4,
        copied: 'out\n',
        exists: [true, false, true],
        listed: [['moved', 4, false]],
        info: 4,
        processes: true,
        variable: 'teal',
        picture: '89504e47',
        shares,
        snapshot: ['before', 'of the change', 1],
        reverted: true,
        clone: 'python',
        refusals: [
          'VixError #4000: The virtual machine was not found',
          'VixError #3006: The virtual machine is not running',
          'VixError #13003: The snapshot was not found',
        ],
      });
    });
  });

  it.each(['simple.t', 'api.t'])('the tests of the Perl modules pass over vSphere: %s', async (name) => {
    const simulator = await startSimulator();
    const perl = here('../../native/perl/');
    const environment = [`REVIX_HELPER=${here('../../dist/bindings/helper.cjs')}`, `REVIX_NODE=${process.execPath}`];
    const { code, out, err } = await installation.run(
      'env',
      [...environment, 'perl', '-I', join(perl, 'lib'), join(perl, 't', name)],
      simulator,
    );
    await simulator.close();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^1\.\.\d+$/m);
    expect(out).not.toMatch(/^not ok/m);
  });
});
