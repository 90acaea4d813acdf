/** Status of a command that failed: -1, which a shell of Unix shows as 255 and one of Windows as 4294967295. */
export const failureStatus = -1;

/**
 * What a process is to end with for a status: Unix keeps the low 8 bits, Windows 32. A status that is not 0 stays so: where
 * nothing else would be left of it, it is 255.
 */
export function processStatus(status: number, platform: NodeJS.Platform): number {
  const kept = platform === 'win32' ? status >>> 0 : status & 0xff;
  return kept === 0 && status !== 0 ? 255 : kept;
}
