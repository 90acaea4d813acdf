import { sleep } from '../../../../base/clock.js';
import { addressesOf } from '../../nics.js';
import type { GuestProgram } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { printErrorLine, printLine } from './program-output.js';

/** Milliseconds between two requests of `ping`. */
const pingIntervalMs = 1000;

/** `ping [-n count] [-t] [-w ms] host`. A guest reaches only itself: its own name and addresses answer. */
export const ping: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  let count = 4;
  let target: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = (words[at] ?? '').toLowerCase();
    if (/^[-/][nlwi]$/.test(word)) {
      at += 1;
      if (word.endsWith('n')) count = Number(words[at]);
    } else if (/^[-/]t$/.test(word)) {
      count = Number.POSITIVE_INFINITY;
    } else if (!/^[-/]/.test(word)) {
      target = words[at];
    }
  }
  if (target === undefined || !(count >= 1)) {
    printErrorLine(context, target === undefined ? 'IP address must be specified.' : 'Bad value for option -n.');
    return 1;
  }
  const isOwnName = ['localhost', context.hostName.toLowerCase()].includes(target.toLowerCase());
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(target) || target.includes(':');
  if (!isOwnName && !isAddress) {
    printLine(context, `Ping request could not find host ${target}. Please check the name and try again.`);
    return 1;
  }
  const ownAddress = context.ipAddress === '' ? '127.0.0.1' : context.ipAddress;
  const address = isAddress ? target : target.toLowerCase() === 'localhost' ? '127.0.0.1' : ownAddress;
  const answers =
    isOwnName || address.startsWith('127.') || address === '::1' || addressesOf(context.nics).includes(address);
  printLine(context);
  printLine(
    context,
    `Pinging ${isAddress ? '' : `${target} `}${isAddress ? address : `[${address}]`} with 32 bytes of data:`,
  );
  for (let sent = 0; sent < count; sent += 1) {
    if (sent > 0) await sleep(context.clock, pingIntervalMs, context.signal);
    printLine(context, answers ? `Reply from ${address}: bytes=32 time<1ms TTL=128` : 'Request timed out.');
  }
  const received = answers ? count : 0;
  const lostPercent = answers ? 0 : 100;
  printLine(context);
  printLine(context, `Ping statistics for ${address}:`);
  printLine(
    context,
    `    Packets: Sent = ${count}, Received = ${received}, Lost = ${count - received} (${lostPercent}% loss),`,
  );
  if (answers) {
    printLine(context, 'Approximate round trip times in milli-seconds:');
    printLine(context, '    Minimum = 0ms, Maximum = 0ms, Average = 0ms');
  }
  return answers ? 0 : 1;
};

/** Longest wait of `timeout`, in seconds. */
const longestTimeout = 99_999;

/** `timeout [/t] seconds [/nobreak]`; waits on the guest's clock. */
export const timeout: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments.replace(/\/t:?/i, ' '));
  const seconds = Number(words.find((word) => !word.startsWith('/')) ?? Number.NaN);
  if (!Number.isInteger(seconds) || seconds < -1 || seconds > longestTimeout) {
    printErrorLine(context, 'ERROR: Invalid value for timeout (/T) specified. Valid range is -1 to 99999 seconds.');
    return 1;
  }
  // -1 waits for a key; with nobody at the keyboard that counts as pressed.
  if (seconds <= 0) return 0;
  printLine(context);
  printLine(
    context,
    `Waiting for ${seconds} seconds, press ${words.some((word) => /^\/nobreak$/i.test(word)) ? 'CTRL+C to quit' : 'a key to continue'} ...`,
  );
  await sleep(context.clock, seconds * 1000, context.signal);
  return 0;
};
