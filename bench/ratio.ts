/** Nanoseconds that each of several ways to do a thing takes, each the best of many rounds. */
export type Timings<Name extends string> = Record<Name, number>;

/**
 * Times several ways to do a thing, in turn and many times over, so that a machine that gets slower or faster meets all
 * of them alike. The best round of each counts: what disturbs a round only ever makes it longer.
 */
export async function timeSideBySide<Name extends string>(
  ways: Readonly<Record<Name, () => Promise<unknown>>>,
  callsPerRound: number,
  rounds: number,
): Promise<Timings<Name>> {
  const names = Object.keys(ways) as Name[];
  const best = Object.fromEntries(names.map((name) => [name, Infinity])) as Timings<Name>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const run = ways[name];
      const start = process.hrtime.bigint();
      for (let call = 0; call < callsPerRound; call += 1) await run();
      const each = Number(process.hrtime.bigint() - start) / callsPerRound;
      best[name] = Math.min(best[name], each);
    }
  }
  return best;
}

/** One figure with its goal. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number | null;
}

/** Prints a figure; a goal that is missed is said so. @returns whether the goal is met. */
export function report({ what, value, unit, goal }: Figure): boolean {
  const isMet = goal === null || value <= goal;
  const verdict = goal === null ? '' : `  goal: at most ${goal}${isMet ? '' : '  MISSED'}`;
  console.log(`${what.padEnd(68)} ${value.toFixed(2).padStart(8)} ${unit}${verdict}`);
  return isMet;
}
