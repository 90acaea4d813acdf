import { posixPrograms, type PosixProgramsOptions } from './posix/posix-programs.js';
import { ProgramRegistry } from './program-registry.js';
import { waitingWindowsPrograms, windowsWaits } from './waiting-programs.js';
import { toolsPrograms } from './windows/programs/tools.js';
import { windowsPrograms } from './windows/windows-programs.js';

/**
 * The programs of fresh guests of both families; add own ones to either. Made when somebody looks: most processes run
 * none.
 */
export function standardPrograms(options: PosixProgramsOptions = {}): {
  readonly posix: ProgramRegistry;
  readonly windows: ProgramRegistry;
} {
  let posix: ProgramRegistry | undefined;
  let windows: ProgramRegistry | undefined;
  return {
    get posix() {
      return (posix ??= posixPrograms(options));
    },
    get windows() {
      return (windows ??= standardWindowsPrograms());
    },
  };
}

function standardWindowsPrograms(): ProgramRegistry {
  const registry = new ProgramRegistry('windows');
  for (const [name, run] of Object.entries({ ...waitingWindowsPrograms, ...windowsPrograms, ...toolsPrograms })) {
    const passive = windowsWaits[name];
    registry.add(name, run, passive === undefined ? {} : { passive });
  }
  return registry;
}
