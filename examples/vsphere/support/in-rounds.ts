/** How long the samples wait between two looks at a program. */
const roundMs = 5000;

/** Waits for something to end, and tells at its beginning and every five seconds that it has not. */
export async function inRounds<T>(ended: Promise<T>, tell: () => void): Promise<T> {
  tell();
  const rounds = setInterval(tell, roundMs);
  try {
    return await ended;
  } finally {
    clearInterval(rounds);
  }
}
