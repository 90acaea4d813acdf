/** A pause a quarter shorter to a quarter longer, so that those who were turned away together do not come back together. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}
