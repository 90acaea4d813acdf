/** How long a round of one way should take: short enough that most rounds are not interrupted by other programs. */
const roundMs = 2;
/**
 * Times several ways to do a thing, in turn and many times over, so that a machine that gets slower or faster meets all
 * of them alike. Rounds of all ways take about the same time, whatever one call costs. The fastest round of each counts:
 * what disturbs a round only ever makes it longer.
 *
 * @param warmUpRounds rounds before the first one that counts, in which the just-in-time compiler does its work.
 * @returns for each pair, time per call of the first / time per call of the second.
 */
export async function ratios<Name extends string>(
  ways: Readonly<Record<Name, () => Promise<unknown>>>,
  pairs: readonly (readonly [Name, Name])[],
  rounds: number,
  warmUpRounds: number = 40,
): Promise<number[]> {
  const names = Object.keys(ways) as Name[];
  const calls = {} as Record<Name, number>;
  const fastest = {} as Record<Name, number>;
  for (const name of names) calls[name] = await callsPerRound(ways[name]);
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const name of names) {
      const each = await timeRound(ways[name], calls[name]);
      if (round >= 0) fastest[name] = Math.min(fastest[name] ?? Number.POSITIVE_INFINITY, each);
    }
  }
  return pairs.map(([first, second]) => fastest[first] / fastest[second]);
}

async function callsPerRound(way: () => Promise<unknown>): Promise<number> {
  let calls = 1;
  for (;;) {
    const nanoseconds = (await timeRound(way, calls)) * calls;
    if (nanoseconds >= roundMs * 1e6) return calls;
    calls *= 2;
  }
}

/** Nanoseconds per call. */
async function timeRound(way: () => Promise<unknown>, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let call = 0; call < calls; call += 1) await way();
  return Number(process.hrtime.bigint() - start) / calls;
}
