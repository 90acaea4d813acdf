import { startSimulator, type Simulator } from 'revix/simulator';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  NativeInstallation,
  programNames,
  transcriptOf,
  whyNoCompiler,
  type ProgramBuild,
} from '../support/native-installation.js';

/** Every way to build a program. */
const builds: readonly ProgramBuild[] = [
  { language: 'C', way: 'linked' },
  { language: 'C', way: 'loaded' },
  { language: 'C++', way: 'linked' },
  { language: 'C++', way: 'loaded' },
];

/** Those that run over vSphere as well: with both compilers, each language and each way meets each other. */
const vsphereBuilds: Readonly<Record<string, readonly ProgramBuild[]>> = {
  gcc: [
    { language: 'C', way: 'linked' },
    { language: 'C++', way: 'loaded' },
  ],
  clang: [
    { language: 'C', way: 'loaded' },
    { language: 'C++', way: 'linked' },
  ],
};

describe.each(Object.keys(vsphereBuilds))('programs and the library by %s', (compiler) => {
  const why = whyNoCompiler(compiler);
  if (why !== undefined) console.log(`skipped: programs by ${compiler}: ${why}`);

  describe.skipIf(why !== undefined)('work alike', () => {
    const installation = new NativeInstallation(compiler);
    beforeAll(() => installation.install());

    describe.each(builds)('in $language, $way', (build) => {
      it.for(programNames)('%s prints what its port in TypeScript prints', async (name) => {
        const program = await installation.build(name, build);
        expect(await installation.run(program, [])).toEqual({ code: 0, out: transcriptOf(name), err: '' });
      });
    });

    it.for(programNames)('%s prints what its port prints, over vSphere too', async (name) => {
      const expected = await overSimulator((simulator) => installation.runExample(name, simulator));
      expect(expected.out).toContain('handles left beside the host: 0');
      for (const build of vsphereBuilds[compiler] ?? []) {
        const program = await installation.build(name, build);
        expect(await overSimulator((simulator) => installation.run(program, [], simulator))).toEqual(expected);
      }
    });
  });
});

/** Runs something over a vCenter of its own, so that what an earlier run left there does not show. */
async function overSimulator<Value>(run: (simulator: Simulator) => Promise<Value>) {
  const simulator = await startSimulator();
  try {
    return await run(simulator);
  } finally {
    await simulator.close();
  }
}
