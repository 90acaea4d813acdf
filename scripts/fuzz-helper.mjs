// Feeds the helper's side with all that a client might say: streams made up from good conversations, of which those that
// run a block of code that no other has run are made up from in turn. Half of the time the reader of messages gets them,
// then whole sessions with an engine behind them.
// Usage: node scripts/fuzz-helper.mjs [seconds [seed]]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockCoverage } from './fuzz-helper/coverage.mjs';
import { Mutator } from './fuzz-helper/mutate.mjs';
import { read } from './fuzz-helper/read.mjs';
import { seeds, words } from './fuzz-helper/seeds.mjs';

const seconds = Number(process.argv[2] ?? '20');
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);

/** Streams between two looks at the coverage, which takes as long as many streams. */
const batchSize = 256;

/** Longest stream that is made up from again. */
const longestKept = 4096;

let last = Buffer.alloc(0);

/** Ends the run with what was fed last. */
function found(error) {
  console.error(`${last.toString('hex')}\n${error.stack}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'revix-client-says-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.chdir(folder);

for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, found);

const coverage = new BlockCoverage((url) => url.includes('/dist/bindings/'));
const mutator = new Mutator(seed, words);
const corpus = [...seeds];

/** Feeds streams, and keeps those that have run new blocks: they are looked for by halves. */
async function feed(batch, target) {
  for (const bytes of batch) {
    last = bytes;
    await target(bytes);
  }
  const blocks = coverage.fresh();
  if (blocks.length === 0) return;
  if (batch.length > 1) {
    await feed(batch.slice(0, batch.length >> 1), target);
    await feed(batch.slice(batch.length >> 1), target);
  } else if (batch[0].length <= longestKept) corpus.push(batch[0]);
  coverage.keep(blocks);
}

async function fuzz(what, target) {
  for (const bytes of seeds) {
    last = bytes;
    await target(bytes);
  }
  coverage.keep(coverage.fresh());
  const atStart = coverage.size;
  const kept = corpus.length;
  const end = performance.now() + (seconds * 1000) / 2;
  let streams = 0;
  for (; performance.now() < end; streams += batchSize) {
    await feed(
      Array.from({ length: batchSize }, () => mutator.make(corpus)),
      target,
    );
  }
  console.log(
    `${what}: ${streams} streams, ${corpus.length - kept} of them kept; ${coverage.size} blocks run, ${atStart} by the seeds`,
  );
}

console.log(`seed ${seed}`);
try {
  await fuzz('reader', read);
  // Only now: each look at the coverage takes longer the more is loaded.
  const { converse } = await import('./fuzz-helper/converse.mjs');
  await fuzz('session', converse);
} catch (error) {
  found(error);
}
process.exit(0);
