#!/usr/bin/env node
import { ProcessTerminal } from '../process-terminal.js';
import { revixCommands } from '../revix/command-table.js';
import { runRevix } from '../revix/run-revix.js';

// Overwrites the command line in the process list, where a password may stand.
const words = process.argv.slice(2);
process.title = 'revix';
const terminal = new ProcessTerminal();
const status = await runRevix(words, terminal, revixCommands);
terminal.close();
const { lostOutput } = terminal;
// Whoever stopped reading (`| head`) knows; everybody else is told.
if (lostOutput !== undefined && lostOutput.code !== 'EPIPE') {
  terminal.write('stderr', `revix: cannot write to stdout: ${lostOutput.message}\n`);
}
// A look-up of a name that was given up would hold the process for half a minute.
process.exit(lostOutput === undefined ? status : Math.max(status, 1));
