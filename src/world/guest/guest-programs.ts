import { posixPrograms, type PosixProgramsOptions } from './posix/posix-programs.js';
import { ProgramRegistry } from './program-registry.js';
import { waitingWindowsPrograms, windowsWaits } from './waiting-programs.js';
import { toolsPrograms } from './windows/programs/tools.js';
import { windowsPrograms } from './windows/windows-programs.js';

/** The programs of fresh guests of both families; add own ones to either. */
export function standardPrograms(options: PosixProgramsOptions = {}): {
  readonly posix: ProgramRegistry;
  readonly windows: ProgramRegistry;
} {
  const windows = new ProgramRegistry('windows');
  for (const [name, run] of Object.entries({ ...waitingWindowsPrograms, ...windowsPrograms, ...toolsPrograms })) {
    const passive = windowsWaits[name];
    windows.add(name, run, passive === undefined ? {} : { passive });
  }
  return { posix: posixPrograms(options), windows };
}
