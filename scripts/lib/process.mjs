import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** A step that went wrong in a way the user can act on: the message is printed without a stack. */
export class StepFailure extends Error {
  /**
   * @param {string} message what went wrong and what to do next; empty when the step has printed it already
   * @param {number} [exitCode] what the process ends with
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, capture?: boolean, input?: Uint8Array, env?: NodeJS.ProcessEnv, shell?: boolean }} options
 *   `capture` collects stdout and stderr, in the order of arrival, instead of showing them; the program then reads
 *   `input`, or nothing.
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
export function runProgram(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: options.capture ? [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] : 'inherit',
    });
    child.stdin?.end(options.input);
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    // A terminal sends Ctrl-C to the child by itself. `kill` reaches only this process, so it is passed on;
    // and this process stays until the child has ended, to report the child's exit code.
    const forward = (signal) => child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGTERM', forward);
    process.on('SIGINT', ignore);
    const settle = () => {
      process.off('SIGTERM', forward);
      process.off('SIGINT', ignore);
    };
    child.on('error', (error) => {
      settle();
      reject(new StepFailure(`Could not start ${command}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      settle();
      resolve({
        exitCode: code ?? 128 + (constants.signals[signal] ?? 0),
        output: Buffer.concat(chunks).toString('utf8'),
      });
    });
  });
}

/** Runs a script under the Node that runs this one. */
export function runNode(args, options) {
  return runProgram(process.execPath, args, options);
}

/**
 * Path of the script behind a command that an installed package brings, so that it runs without a shell.
 * @param {string} root the project's folder
 * @param {string} packageName
 * @param {string} [binName] by default the package's name
 */
export function toolPath(root, packageName, binName = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const relative = typeof bin === 'string' ? bin : bin[binName];
  return join(folder, relative);
}
