/** How long a round of one way should take: short enough that most rounds are not interrupted by other programs. */
const roundMs = 2;

/**
 * One way to do a thing: does it so many times, one after the other. The loop is the way's own, so that no call through
 * the bench and no promise of it is counted as part of what is measured.
 */
export type Way = (times: number) => Promise<void>;

/**
 * Times several ways to do a thing, in turn and many times over, so that a machine that gets slower or faster meets all
 * of them alike. Rounds of all ways take about the same time, whatever one call costs. The fastest round of each counts:
 * what disturbs a round only ever makes it longer.
 *
 * @param warmUpRounds rounds before the first one that counts, in which the just-in-time compiler does its work.
 * @returns for each pair, time per call of the first / time per call of the second.
 */
export async function ratios<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
  pairs: readonly (readonly [Name, Name])[],
  rounds: number,
  warmUpRounds: number = 200,
): Promise<number[]> {
  const names = Object.keys(ways) as Name[];
  const calls = {} as Record<Name, number>;
  const fastest = {} as Record<Name, number>;
  for (const name of names) [calls[name], fastest[name]] = [1, Number.POSITIVE_INFINITY];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const name of names) {
      const each = await timeRound(ways[name], calls[name]);
      // Anew each time: what was slow before it was compiled would have too short rounds for ever.
      calls[name] = Math.max(1, Math.round((roundMs * 1e6) / each));
      if (round >= 0) fastest[name] = Math.min(fastest[name], each);
    }
  }
  return pairs.map(([first, second]) => fastest[first] / fastest[second]);
}

/** Nanoseconds per call. */
async function timeRound(way: Way, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  await way(calls);
  return Number(process.hrtime.bigint() - start) / calls;
}
