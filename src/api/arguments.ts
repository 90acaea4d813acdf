import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_ARGUMENT_TOO_BIG, VIX_E_INVALID_ARG, VIX_E_INVALID_UTF8_STRING } from '../vix/names.js';

/** Longest text that a guest request takes, in bytes: 65536 for the request less 5000 for its envelope. */
const longestArgumentBytes = 60_536;

function invalid(name: string, problem: string): VixFailure {
  return new VixFailure(VIX_E_INVALID_ARG, `parameter ${name} ${problem}`);
}

/**
 * Checks a string parameter.
 *
 * @throws VixFailure `VIX_E_INVALID_ARG` for anything but a string; `VIX_E_INVALID_UTF8_STRING` for text that UTF-8
 *   cannot hold; `VIX_E_ARGUMENT_TOO_BIG` for more than 60536 bytes.
 */
export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(name, `must be a string, not ${kindOf(value)}`);
  if (value.includes('\0')) throw invalid(name, 'holds a NUL character, where a C string would end');
  if (!value.isWellFormed()) {
    throw new VixFailure(VIX_E_INVALID_UTF8_STRING, `parameter ${name} is not valid Unicode: it has a lone surrogate`);
  }
  checkSize(name, Buffer.byteLength(value));
  return value;
}

/** Checks the size of what goes to a guest in one request. @throws VixFailure `VIX_E_ARGUMENT_TOO_BIG`. */
export function checkSize(name: string, bytes: number): void {
  if (bytes <= longestArgumentBytes) return;
  const message = `parameter ${name} has ${bytes} bytes; VIX takes at most ${longestArgumentBytes}`;
  throw new VixFailure(VIX_E_ARGUMENT_TOO_BIG, message);
}

/** A string parameter that must not be empty. */
export function filledText(name: string, value: unknown): string {
  const checked = text(name, value);
  if (checked === '') throw invalid(name, 'must not be empty');
  return checked;
}

/** A string parameter for which C programs pass NULL or "" when they have none: both arrive as "". */
export function optionalText(name: string, value: unknown): string {
  return value === null || value === undefined ? '' : text(name, value);
}

/** A path in the guest, which must be absolute in the form of either family. */
export function guestPath(name: string, value: unknown): string {
  const path = filledText(name, value);
  if (/^\/|^[A-Za-z]:[\\/]|^\\\\/.test(path)) return path;
  throw invalid(name, `must be an absolute guest path such as /tmp/a or C:\\Temp\\a, not "${path}"`);
}

/** An `int` parameter. */
export function integer(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32) return value;
  throw invalid(name, `must be a 32-bit integer, not ${typeof value === 'number' ? value : kindOf(value)}`);
}

/** A `uint64` parameter: a number up to 2^53 - 1, or a bigint of that size. */
export function unsigned64(name: string, value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  const given = typeof value === 'number' || typeof value === 'bigint' ? value : kindOf(value);
  throw invalid(name, `must be an integer from 0 to 2^53 - 1, not ${given}`);
}

/** A `Bool` parameter. C programs pass 0 and 1 as well. */
export function bool(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw invalid(name, `must be true or false, not ${kindOf(value)}`);
}

/** What a value is, for messages that say what was given. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
