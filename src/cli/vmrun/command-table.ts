import type { Command, Section } from './command.js';
import { probeCommands, templateCommands } from './commands/dropped.js';
import { generalCommands } from './commands/general.js';
import { guestFileCommands } from './commands/guest-file.js';
import { guestProgramCommands } from './commands/guest-program.js';
import { networkCommands } from './commands/network.js';
import { consoleCommands } from './commands/console.js';
import { powerCommands } from './commands/power.js';
import { recordingCommands } from './commands/recording.js';
import { sharedFolderCommands } from './commands/shared-folder.js';
import { snapshotCommands } from './commands/snapshot.js';
import { variableCommands } from './commands/variable.js';
import { isSameWord } from './words.js';

/** Every command of vmrun: the parser, the usage, the docs and the completions all go by this table. */
export const commands: readonly Command[] = [
  ...powerCommands,
  ...snapshotCommands,
  ...networkCommands,
  ...recordingCommands,
  ...guestProgramCommands,
  ...guestFileCommands,
  ...sharedFolderCommands,
  ...consoleCommands,
  ...variableCommands,
  ...probeCommands,
  ...generalCommands,
  ...templateCommands,
];

/** The command of a word in any case. */
export function commandOf(word: string): Command | undefined {
  return commands.find(({ name }) => isSameWord(name, word));
}

/** The commands of one part of the usage. */
export function commandsOf(section: Section): readonly Command[] {
  return commands.filter((command) => command.section === section);
}
