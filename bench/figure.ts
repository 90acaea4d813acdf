/** One figure with its goal. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Most that the value may be; null: no goal. */
  readonly goal: number | null;
}

/** Prints a figure; a goal that is missed is said so. @returns whether the goal is met. */
export function report({ what, value, unit, goal }: Figure): boolean {
  const isMet = goal === null || value <= goal;
  const verdict = goal === null ? '' : `  goal: at most ${goal}${isMet ? '' : '  MISSED'}`;
  console.log(`${what.padEnd(64)} ${value.toFixed(2).padStart(8)} ${unit}${verdict}`);
  return isMet;
}
