/** A promise and the function that fulfils it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

type Resolve = (value: unknown) => void;

const nothing: Resolve = () => undefined;
let taken = nothing;

/** One function for all promises: a closure for each would cost as much as the promise. */
function take(resolve: Resolve): void {
  taken = resolve;
}

/** Makes a promise that is fulfilled from outside. */
export function deferred<T>(): Deferred<T> {
  const promise = new Promise<unknown>(take) as Promise<T>;
  const resolve = taken;
  taken = nothing;
  return { promise, resolve };
}
