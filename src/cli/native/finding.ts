/** One thing that was looked at. */
export interface Finding {
  readonly isWell: boolean;
  /** What there is; of what is not well also what to do. */
  readonly text: string;
}

/** Something that is in order. */
export function well(text: string): Finding {
  return { isWell: true, text };
}

/** Something that is not, with what to do about it. */
export function problem(text: string): Finding {
  return { isWell: false, text };
}
