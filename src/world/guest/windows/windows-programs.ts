import type { GuestProgram } from '../program.js';
import { cmd } from './cmd/cmd.js';

/** What the programs of a Windows guest do, by file name in lower case. */
export const windowsPrograms: Readonly<Record<string, GuestProgram>> = {
  'cmd.exe': cmd,
};
