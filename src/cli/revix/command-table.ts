import { agentCommand } from '../agent/agent-command.js';
import { completionCommand } from '../completion/completion-command.js';
import { convertCommand } from '../convert/convert-command.js';
import { doctorCommand } from '../doctor/doctor-command.js';
import { nativeCommands } from '../native/native-commands.js';
import { simulateCommand } from '../simulate/simulate-command.js';
import type { Command } from './command.js';

/** Every command of `revix`: parsing, help, completions, the manual and the docs all go by this table. */
export const revixCommands: readonly Command[] = [
  simulateCommand,
  agentCommand,
  doctorCommand,
  convertCommand,
  completionCommand(() => revixCommands),
  ...nativeCommands,
];
