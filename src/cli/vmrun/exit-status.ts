/** Status of a command that failed: -1, which a shell of Unix shows as 255 and one of Windows as 4294967295. */
export const failureStatus = -1;

/** What a process is to end with for a status: Unix keeps the low 8 bits, Windows 32. */
export function processStatus(status: number, platform: NodeJS.Platform): number {
  return platform === 'win32' ? status >>> 0 : status & 0xff;
}
