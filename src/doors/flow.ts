/**
 * Work of a door that may have to wait, written once for both kinds of caller: `runBlocking` drives it on a thread whose
 * calls block, `runAwaited` where they return promises. What is yielded comes back settled.
 */
export type Flow<Result> = Generator<unknown, Result, unknown>;

/** Drives a flow whose calls have all blocked: what it yields are plain values. */
export function runBlocking<Result>(flow: Flow<Result>): Result {
  let step = flow.next();
  while (step.done !== true) step = flow.next(step.value);
  return step.value;
}

/** Drives a flow whose calls may return promises. Its first stretch, up to the first wait, runs at once. */
export async function runAwaited<Result>(flow: Flow<Result>): Promise<Result> {
  let step = flow.next();
  while (step.done !== true) step = await resume(flow, step.value);
  return step.value;
}

async function resume<Result>(flow: Flow<Result>, yielded: unknown): Promise<IteratorResult<unknown, Result>> {
  let value: unknown;
  try {
    value = await yielded;
  } catch (error) {
    return flow.throw(error);
  }
  return flow.next(value);
}
