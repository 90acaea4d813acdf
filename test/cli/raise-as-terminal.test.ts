import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { raiseAsTerminal } from '../../src/cli/raise-as-terminal.js';

/** What a signal does to a process, with listeners for some signals. */
function done(signal: NodeJS.Signals, platform: NodeJS.Platform, heard: readonly NodeJS.Signals[]): readonly unknown[] {
  const log: unknown[] = [];
  const target = Object.assign(new EventEmitter(), {
    platform,
    pid: 7,
    kill: (...words: readonly unknown[]) => log.push(words),
    exit: (status: number) => log.push(status),
  });
  for (const each of heard) target.on(each, (name) => log.push(`heard ${name}`));
  raiseAsTerminal(signal, target);
  return log;
}

it.each([
  ['SIGINT', 'linux', ['SIGINT'], [[0, 'SIGINT']]],
  ['SIGQUIT', 'linux', [], [[0, 'SIGQUIT']]],
  ['SIGTSTP', 'linux', [], [[0, 'SIGTSTP']]],
  ['SIGHUP', 'linux', ['SIGHUP'], ['heard SIGHUP']],
  ['SIGHUP', 'linux', [], [[7, 'SIGHUP']]],
  ['SIGINT', 'win32', ['SIGINT'], ['heard SIGINT']],
  ['SIGINT', 'win32', [], [1]],
  ['SIGQUIT', 'win32', ['SIGINT'], ['heard SIGINT']],
  ['SIGQUIT', 'win32', [], [1]],
  ['SIGTSTP', 'win32', ['SIGINT'], []],
  ['SIGHUP', 'win32', [], [[7, 'SIGHUP']]],
] as const)('%s on %s with listeners for %j', (signal, platform, heard, expected) => {
  expect(done(signal, platform, heard)).toEqual(expected);
});
