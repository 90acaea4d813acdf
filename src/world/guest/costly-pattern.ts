import { runInNewContext } from 'node:vm';

/** How long expressions may take over one lot of texts; what takes longer would take for ever. */
const longestMatchMs = 1000;

/** Matching was given up, since it takes too long. Whoever catches it names the pattern as its writer wrote it. */
export class CostlyPattern extends Error {}

/**
 * Which of the texts at least one of the expressions finds itself in. Every expression that a guest or a client wrote
 * is tried here and nowhere else.
 * @returns an answer for each text, in their order.
 * @throws CostlyPattern
 */
export function testTexts(expressions: readonly RegExp[], texts: readonly string[]): readonly boolean[] {
  try {
    // In a context of its own, since nothing else can stop an expression that tries for ever.
    const found: unknown = runInNewContext(
      'texts.map((text) => expressions.some((expression) => expression.test(text)))',
      { texts, expressions },
      { timeout: longestMatchMs },
    );
    return Array.isArray(found) ? found.map(Boolean) : [];
  } catch (error) {
    if (isTimeout(error)) throw new CostlyPattern('These expressions take too long to match.');
    throw error;
  }
}

/** By its code alone: the error comes out of another context, so it is no Error of this one. */
function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
