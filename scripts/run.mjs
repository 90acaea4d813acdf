// The project's commands: `node scripts/run.mjs <command> [arguments]`, as the scripts of package.json call it.
// Plain JavaScript without dependencies: it runs before anything is installed.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, staleTargets } from './lib/build.mjs';
import { runChecks } from './lib/checks.mjs';
import { runCompatTests } from './lib/compat.mjs';
import { benchCounterparts, prepareCounterparts } from './lib/counterparts.mjs';
import { install, isInstalled } from './lib/install.mjs';
import { withLock } from './lib/lock.mjs';
import { runNode, StepFailure, toolPath } from './lib/process.mjs';
import { runTests } from './lib/tests.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each command: the build outputs that it needs, and what it runs with the arguments after its name. */
const commands = {
  start: { needs: ['dist', 'build/examples'], run: (args) => runBuilt('build/examples/main-job.js', args) },
  test: { needs: ['dist', 'build/examples'], run: (args) => runTests(root, args) },
  build: { needs: ['dist', 'build/examples', 'build/bench'], run: () => 0 },
  bench: { needs: ['dist', 'build/bench'], run: runBench },
  check: { needs: ['dist', 'build/examples', 'build/bench'], run: (args) => runChecks(root, args) },
  lint: { needs: ['dist'], run: (args) => runTool('oxlint', ['--type-aware', '--deny-warnings', ...args]) },
  format: { needs: [], run: (args) => runTool('oxfmt', args) },
  compat: { needs: ['dist', 'build/examples'], run: (args) => runCompatTests(root, args) },
  whole: {
    needs: ['dist', 'build/examples'],
    // What takes longer than `npm test` may: kills, many processes, every request broken, 100 MiB of output, the project's own tools.
    run: (args) => {
      process.env['REVIX_WHOLE_PROOF'] ??= '1';
      const thorough = [
        'test/cli/vmrun/every-command.test.ts',
        'test/cli/vmrun/interrupt.test.ts',
        'test/api/model.test.ts',
        'test/backends/vsphere/broken-wire.test.ts',
        'test/backends/vsphere/soap/value-round-trip.test.ts',
        'test/world/store/many-processes.test.ts',
        'test/conformance/mock-directory.test.ts',
        'test/examples/vsphere-samples.test.ts',
        'test/native/install.test.ts',
        'test/native/programs.test.ts',
        'test/doors/client/run-large.test.ts',
        'test/simulator/many-clients.test.ts',
        'test/tooling',
      ];
      return runTests(root, ['test/crash', ...thorough, ...args]);
    },
  },
  coverage: {
    needs: ['dist', 'build/examples'],
    // The two folders that carry the coverage promise must reach it by their own tests.
    run: (args) => runTests(root, ['--coverage', ...(args.length > 0 ? args : ['test/handles', 'test/jobs'])]),
  },
};

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) {
    const known = Object.keys(commands).join(', ');
    throw new StepFailure(
      `${name === undefined ? 'No command given' : `No such command: ${name}`}. There are: ${known}.`,
      2,
    );
  }
  await prepare(command.needs);
  return command.run(args);
}

/** Installs and builds what is missing or out of date, and nothing else. */
async function prepare(outputs) {
  if (isInstalled(root) && staleTargets(root, outputs).length === 0) return;
  await withLock(
    join(root, 'build', 'prepare.lock'),
    async () => {
      // Looked at again: another process may have done the work while this one waited.
      if (!isInstalled(root)) await install(root, say);
      for (const target of staleTargets(root, outputs)) await build(root, target, say);
    },
    say,
  );
}

async function runBuilt(script, args) {
  if (!existsSync(join(root, script))) {
    throw new StepFailure(`${script} was not built: its folder has no tsconfig.json or no such source file.`);
  }
  const { exitCode } = await runNode([script, ...args], { cwd: root });
  return exitCode;
}

/** The bench of the vSphere backend, which runs beside other programs, is run only when it is asked for. */
async function runBench(args) {
  if (args.includes('vsphere')) await prepareCounterparts(root, benchCounterparts);
  return runBuilt('build/bench/main.js', args);
}

async function runTool(packageName, args) {
  const { exitCode } = await runNode([toolPath(root, packageName), ...args], { cwd: root });
  return exitCode;
}

/** Progress goes to stderr: what a command prints on stdout stays its own. */
function say(message) {
  process.stderr.write(`${message}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
