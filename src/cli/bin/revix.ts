#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { nativeCommand } from '../native/native-command.js';
import { packageRoot } from '../native/package-root.js';
import { ProcessTerminal } from '../process-terminal.js';

const words = process.argv.slice(2);
if (words[0] === 'helper') {
  // The helper of the native library, found by this command on the PATH.
  const path = join(packageRoot(), 'dist', 'bindings', 'helper.cjs');
  const socket = words.includes('--fd') ? [3] : [];
  const child = spawn(process.execPath, [path, ...words.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', ...socket],
  });
  child.on('exit', (code) => process.exit(code ?? 1));
} else {
  const terminal = new ProcessTerminal();
  process.exitCode = await nativeCommand(words, terminal);
  await terminal.close();
}
