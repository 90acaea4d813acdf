/** One thing that was looked at. */
export interface Finding {
  /** A warning is well for some uses and not for others. */
  readonly level: 'ok' | 'WARNING' | 'PROBLEM';
  /** What there is; of what is not well also what to do. */
  readonly text: string;
}

/** Something that is in order. */
export function well(text: string): Finding {
  return { level: 'ok', text };
}

/** Something that is in order for some uses only, with what to do for the others. */
export function warning(text: string): Finding {
  return { level: 'WARNING', text };
}

/** Something that is not in order, with what to do about it. */
export function problem(text: string): Finding {
  return { level: 'PROBLEM', text };
}
