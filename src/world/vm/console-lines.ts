import type { GuestUser } from '../guest/program.js';
import type { GuestRecord, VmRecord } from './vm-record.js';

/** So much of the console is kept; a screen shows less. */
const mostLines = 100;
const longestLine = 400;

/** Adds lines at the end of a machine's console. */
export function addConsoleLines(record: VmRecord, lines: readonly string[]): void {
  const added = lines.map((line) => line.slice(0, longestLine));
  record.consoleLines = [...record.consoleLines, ...added].slice(-mostLines);
}

/** What a shell of the guest writes before the command of a user. */
export function promptOf(guest: Pick<GuestRecord, 'family' | 'hostName'>, user: GuestUser): string {
  if (guest.family === 'windows') return `${user.home}>`;
  return `${user.name}@${guest.hostName}:~${user.id === 0 ? '#' : '$'} `;
}
