#!/usr/bin/env node
import { ProcessTerminal } from '../process-terminal.js';
import { revixCommands } from '../revix/command-table.js';
import { runRevix } from '../revix/run-revix.js';

const terminal = new ProcessTerminal();
process.exitCode = await runRevix(process.argv.slice(2), terminal, revixCommands);
await terminal.close();
