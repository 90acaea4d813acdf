// Changes the engine's handles and jobs in one place at a time and checks that a test notices. Prints the share of the
// changes that were noticed, and each one that was not.
// Usage: node scripts/mutation.mjs [--sample N] [--seed N] [--only part-of-a-path] [--workers N]
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applyMutant, mutantsOf } from './lib/mutants.mjs';
import { toolPath } from './lib/process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Folder -> the tests that must notice a change in it, the cheapest first: most changes end there. */
const testsOf = {
  'src/handles': ['test/handles', 'test/jobs', 'test/api'],
  'src/jobs': ['test/jobs', 'test/api'],
};
/**
 * Processor seconds that the tests of one folder may use; they need a third of it. A change that makes them need more
 * is one that never ends, and counts as noticed. Time by the wall clock would depend on what else the machine does.
 */
const processorSeconds = 40;
/** Limit where the system has no other. */
const wallClockMs = 5 * 60_000;

const { values: options } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    workers: { type: 'string', default: '2' },
  },
});

const config = `
export default {
  cacheDir: '.cache',
  test: { include: ['test/**/*.test.ts'], pool: 'threads', testTimeout: 20_000, bail: 1, reporters: ['dot'] },
};
`;

/** A copy of the project in which one change after another is made. */
class Workplace {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'revix-mutation-'));
    for (const name of ['src', 'test', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'junction');
    writeFileSync(join(this.folder, 'vitest.config.mjs'), config);
  }

  /** @returns {Promise<'passed' | 'failed' | 'too slow'>} */
  async test(suites) {
    for (const suite of suites) {
      const outcome = await this.#run(suite);
      if (outcome !== 'passed') return outcome;
    }
    return 'passed';
  }

  #run(suite) {
    const vitest = [process.execPath, toolPath(root, 'vitest'), 'run', suite];
    const limited = ['sh', '-c', `ulimit -t ${processorSeconds} && exec "$0" "$@"`, ...vitest];
    const [command, ...args] = process.platform === 'win32' ? vitest : limited;
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd: this.folder, stdio: 'ignore' });
      const timer = setTimeout(() => child.kill('SIGKILL'), wallClockMs);
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        if (code === null) resolve('too slow');
        else resolve(code === 0 ? 'passed' : 'failed');
      });
    });
  }

  /** Makes a change, tests it, and takes it back. */
  async judge({ file, text, mutant }) {
    const path = join(this.folder, file);
    writeFileSync(path, applyMutant(text, mutant));
    try {
      return await this.test(testsOf[dirname(file)]);
    } finally {
      writeFileSync(path, text);
    }
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function collect() {
  return Object.keys(testsOf)
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((file) => file.endsWith('.ts') && file.includes(options.only))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return mutantsOf(file, text).map((mutant) => ({ file, text, mutant }));
    });
}

/** The same `count` of the changes for the same seed. */
function sampleOf(all, count, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return all
    .map((one) => ({ one, key: random() }))
    .toSorted((left, right) => left.key - right.key)
    .slice(0, count)
    .map(({ one }) => one);
}

function describe({ file, text, mutant }) {
  const line = text.slice(0, mutant.start).split('\n').length;
  const source = text.split('\n')[line - 1].trim();
  return `${file}:${line}: ${mutant.kind}: ${source}`;
}

async function main() {
  setPriority(constants.priority.PRIORITY_LOW);
  const all = collect();
  const chosen = options.sample === undefined ? all : sampleOf(all, Number(options.sample), Number(options.seed));
  const workplaces = Array.from({ length: Number(options.workers) }, () => new Workplace());
  try {
    const started = Date.now();
    for (const suite of new Set(Object.values(testsOf).flat())) {
      const outcomes = await Promise.all(workplaces.map((workplace) => workplace.test([suite])));
      const bad = outcomes.find((outcome) => outcome !== 'passed');
      if (bad !== undefined) throw new Error(`${suite} ${bad} without any change: make it pass first`);
    }
    console.log(`${chosen.length} of ${all.length} changes, ${workplaces.length} at a time`);
    const survivors = [];
    const counts = { failed: 0, 'too slow': 0, passed: 0 };
    const waiting = [...chosen];
    const work = async (workplace) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const outcome = await workplace.judge(next);
        counts[outcome] += 1;
        const judged = counts.failed + counts['too slow'] + counts.passed;
        if (judged % 50 === 0) console.log(`${judged} judged`);
        if (outcome !== 'passed') continue;
        survivors.push(describe(next));
        console.log(`not noticed: ${describe(next)}`);
      }
    };
    await Promise.all(workplaces.map(work));
    const noticed = counts.failed + counts['too slow'];
    const share = ((100 * noticed) / chosen.length).toFixed(1);
    const minutes = ((Date.now() - started) / 60_000).toFixed(1);
    console.log(
      `${noticed} of ${chosen.length} changes noticed (${share} %; ${counts['too slow']} of them by time), ` +
        `${survivors.length} not, in ${minutes} min`,
    );
  } finally {
    for (const workplace of workplaces) workplace.remove();
  }
}

await main();
