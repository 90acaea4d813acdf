import type { Command } from '../revix/command.js';
import { completionData } from './completion-data.js';
import { fishScript } from './fish-shell.js';
import { bashScript, zshScript } from './posix-shells.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Shells that there are completions for. */
export type ShellName = keyof typeof scripts;

/** The completions of `revix` and `vmrun` as a script of a shell. */
export function completionScript(shell: ShellName, commands: readonly Command[]): string {
  return scripts[shell](completionData(commands));
}
