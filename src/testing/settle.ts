import type { ConformanceTarget } from './target.js';

/** Rounds without any real waiting at first: most of what a backend in memory does is over by then. */
const quickRounds = 4;
/** How many rounds the clock moves by one step before it moves by longer ones. */
const roundsPerStep = 3;
/** Longest step of the target's clock between two looks, in milliseconds. */
const longestStepMs = 1000;
/** What takes longer than this, in milliseconds of the target's clock, never ends. */
const longestWaitMs = 3_600_000;

/**
 * Waits for a promise. On a target with a clock of its own, time moves on meanwhile: slowly at first, so that work
 * which only needs the machine's own time finds hardly any gone.
 *
 * @throws Error when the promise is not settled after an hour of the target's clock.
 */
export async function settle<T>(promise: Promise<T>, target: Pick<ConformanceTarget, 'advance'>): Promise<T> {
  if (target.advance === undefined) return promise;
  let isSettled = false;
  const note = (): void => {
    isSettled = true;
  };
  promise.then(note, note);
  let stepMs = 1;
  let passedMs = 0;
  for (let round = 0; passedMs < longestWaitMs; round += 1) {
    await pause(round < quickRounds);
    if (isSettled) return promise;
    await target.advance(stepMs);
    passedMs += stepMs;
    if (round % roundsPerStep === 0) stepMs = Math.min(stepMs * 2, longestStepMs);
  }
  throw new Error("a job did not end within an hour of the target's clock");
}

/** How much time goes by between two looks at something that takes a moment, in milliseconds. */
const betweenLooksMs = 50;

/** Lets a moment go by, on the target's clock where it has one. */
export async function elapse(target: Pick<ConformanceTarget, 'advance'>): Promise<void> {
  if (target.advance === undefined) {
    await new Promise((resolve) => {
      setTimeout(resolve, betweenLooksMs);
    });
    return;
  }
  await pause(false);
  await target.advance(betweenLooksMs);
}

/** Lets the machine's own work go on: file operations of a target, and whatever else does not go by its clock. */
function pause(isQuick: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isQuick) setImmediate(resolve);
    else setTimeout(resolve, 1);
  });
}
