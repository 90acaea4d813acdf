/**
 * Gives what several generators give, in order and one generator after the other, while the next ones work on their first
 * value. The first that fails ends all. Those that are not read to their end are told to return, which nobody waits for.
 *
 * @param sources each is asked for when it is to begin.
 * @param width generators at work on their first value.
 */
export async function* readAhead<T>(sources: Iterable<AsyncGenerator<T, void>>, width: number): AsyncGenerator<T> {
  const rest = sources[Symbol.iterator]();
  const begun: { readonly source: AsyncGenerator<T, void>; readonly first: Promise<IteratorResult<T, void>> }[] = [];
  const begin = (): void => {
    while (begun.length < width) {
      const next = rest.next();
      if (next.done === true) return;
      const first = next.value.next();
      // Whoever comes to it hears of a failure.
      first.catch(() => undefined);
      begun.push({ source: next.value, first });
    }
  };
  let current: AsyncGenerator<T, void> | undefined;
  try {
    begin();
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
      current = next.source;
      const first = await next.first;
      // Before anybody works on this value, so that the others work at the same time.
      begin();
      if (first.done !== true) yield first.value;
      yield* current;
    }
  } finally {
    for (const source of [current, ...begun.map((one) => one.source)]) source?.return().catch(() => undefined);
  }
}
