import { UsageError } from '../usage-error.js';
import type { Command } from './command.js';
import { commandOf } from './command-table.js';
import { type FlagValues, flags } from './flags.js';
import { type HostTypeWord, hostTypeOf } from './host-types.js';
import { takeFlag, takeFlags } from './take-flags.js';
import { Words } from './words.js';

/** A command line, taken apart. */
export interface Request {
  readonly command: Command;
  readonly values: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<FlagValues>;
  readonly hostType: HostTypeWord | undefined;
  readonly isJson: boolean;
  /** Time limit for the command as a whole in milliseconds; 0: none. */
  readonly timeoutMs: number;
}

/** Why a command line cannot be carried out, and what to say of it before the usage. */
export interface Refusal {
  /** Lines above the usage; none for a command line that is empty. */
  readonly lines: readonly string[];
  /** The usage follows. */
  readonly showsUsage: boolean;
  readonly isJson: boolean;
}

export type Parsed =
  | { readonly request: Request; readonly refusal?: undefined }
  | { readonly request?: undefined; readonly refusal: Refusal };

/** Takes a command line apart; never fails. */
export function parseCommandLine(args: readonly string[]): Parsed {
  const words = new Words(args);
  const given: FlagValues = {};
  const refuse = (lines: readonly string[], showsUsage: boolean): Parsed => ({
    refusal: { lines, showsUsage, isJson: given.json !== undefined },
  });
  const badFlag = takeFlags(words, given);
  if (badFlag !== undefined) return refuse([`Invalid argument: ${badFlag}`], true);
  const word = words.next();
  if (word === undefined) return refuse(args.length === 0 ? [] : ['Error: No command was given'], true);
  const command = commandOf(word);
  if (command === undefined) return refuse([`Error: Unrecognized command: ${word}`], true);
  try {
    const values = Object.fromEntries(command.parameters.map((parameter) => [parameter.name, parameter.read(words)]));
    takeLateFlags(words, given);
    return { request: { command, values, flags: given, ...readFlags(given, command) } };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuse([`Error: ${error.message}`], false);
  }
}

/** Takes Revix's own flags out of the words that no parameter wanted, where people write them too. */
function takeLateFlags(words: Words, given: FlagValues): void {
  const surplus = new Words(words.rest());
  for (let word = surplus.next(); word !== undefined; word = surplus.next()) {
    const flag = flags.find((candidate) => candidate.isOwn && candidate.flag === word);
    if (flag !== undefined) takeFlag(flag, surplus, given);
  }
}

function readFlags(
  { hostType, timeout, json }: FlagValues,
  command: Command,
): Pick<Request, 'hostType' | 'timeoutMs' | 'isJson'> {
  const type = hostType === undefined ? undefined : hostTypeOf(hostType);
  if (hostType !== undefined && type === undefined) {
    throw new UsageError(
      `Invalid host type: '${hostType}'; use ws, ws-shared, fusion, player, server, server1, esx or vc`,
    );
  }
  if (timeout !== undefined && !/^\d{1,9}(?:\.\d+)?$/.test(timeout)) {
    throw new UsageError(`Invalid argument: --timeout takes a number of seconds, not '${timeout}'`);
  }
  const seconds = timeout === undefined ? command.limitSeconds : Number(timeout);
  return { hostType: type, timeoutMs: seconds * 1000, isJson: json !== undefined };
}
