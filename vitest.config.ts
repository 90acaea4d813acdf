import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** Node before 20.19 aborts now and then when a thread ends; processes are slower and safe. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const areThreadsSafe = major > 20 || (major === 20 && minor >= 19);

/**
 * What only `npm run test:whole` runs, and `.ci/run` with it: what takes seconds a file, beside others that `npm test` has
 * of the same code.
 */
const wholeOnly =
  process.env['REVIX_WHOLE_PROOF'] === undefined
    ? [
        'test/tooling/**',
        'test/crash/**',
        'test/backends/vsphere/broken-wire.test.ts',
        'test/cli/vmrun/interrupt.test.ts',
        'test/conformance/mock-directory.test.ts',
        'test/doors/client/run-large.test.ts',
        'test/examples/vsphere-samples.test.ts',
        'test/native/install.test.ts',
        'test/native/programs.test.ts',
      ]
    : [];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...wholeOnly],
    // One more than there are cores, for what waits: for a process, the disk, the network of the machine. By default one
    // core is kept free, which on two means one file after the other.
    maxWorkers: availableParallelism() + 1,
    pool: areThreadsSafe ? 'threads' : 'forks',
    // Files share what they import: nothing in the sources keeps a state of its own, and loading takes minutes in all.
    isolate: false,
    // Ends what hangs; a busy machine must not reach it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/handles/**/*.ts', 'src/jobs/**/*.ts'],
      reporter: ['text', 'html'],
      thresholds: { branches: 95 },
    },
  },
});
