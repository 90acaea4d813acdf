import { Session } from 'node:inspector';

/** Which blocks of some scripts have run, as V8 counts them. */
export class BlockCoverage {
  #session = new Session();
  #seen = new Set();
  #isWanted;

  /** @param {(url: string) => boolean} isWanted whether a script counts */
  constructor(isWanted) {
    this.#isWanted = isWanted;
    this.#session.connect();
    this.#ask('Profiler.enable');
    this.#ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** How many blocks have run so far. */
  get size() {
    return this.#seen.size;
  }

  /** @returns {string[]} the blocks that have run since the last call, and never before that `keep` has told of */
  fresh() {
    const { result } = this.#ask('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => this.#isWanted(url))
      .flatMap(({ url, functions }) => functions.flatMap(({ ranges }) => blocksOf(url, ranges)))
      .filter((block) => !this.#seen.has(block));
  }

  /** @param {readonly string[]} blocks that are no longer new */
  keep(blocks) {
    for (const block of blocks) this.#seen.add(block);
  }

  #ask(method, params) {
    let answer;
    let failure;
    // A session with its own thread answers before this returns.
    this.#session.post(method, params, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure) throw new Error(`${method}: ${failure.message}`);
    return answer;
  }
}

function blocksOf(url, ranges) {
  return ranges
    .filter(({ count }) => count > 0)
    .map(({ startOffset, endOffset }) => `${url}:${startOffset}-${endOffset}`);
}
