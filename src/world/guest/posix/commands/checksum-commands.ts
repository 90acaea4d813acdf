import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ProgramContext } from '../../program.js';
import { openInput } from '../devices.js';
import { complain, parseOptions, pathOf, type PosixCommand } from '../posix-command.js';

/** `md5sum FILE...` and its like. */
function checksum(name: string, algorithm: string): PosixCommand {
  return (words, context) => {
    const { options, operands } = parseOptions(words, 'btc', ['binary', 'text', 'check', 'quiet', 'status']);
    const isCheck = options.has('c') || options.has('check');
    const mark = options.has('b') || options.has('binary') ? '*' : ' ';
    const sumOf = (path: string): string => createHash(algorithm).update(bytesOf(context, path)).digest('hex');
    let exitCode = 0;
    const tried = (path: string, action: () => void): void => {
      try {
        action();
      } catch (error) {
        complain(context, name, path, error);
        exitCode = 1;
      }
    };
    const check = (sums: string): void => {
      for (const [, sum = '', path = ''] of sums.matchAll(checksumLines)) {
        let verdict = 'FAILED open or read';
        tried(path, () => (verdict = sumOf(path) === sum.toLowerCase() ? 'OK' : 'FAILED'));
        const isSilent = options.has('status') || (verdict === 'OK' && options.has('quiet'));
        if (!isSilent) context.writeStdout(`${path}: ${verdict}\n`);
        if (verdict !== 'OK') exitCode = 1;
      }
    };
    for (const operand of operands.length === 0 ? ['-'] : operands) {
      tried(operand, () => {
        if (isCheck) check(Buffer.from(bytesOf(context, operand)).toString());
        else context.writeStdout(`${sumOf(operand)} ${mark}${operand}\n`);
      });
    }
    return exitCode;
  };
}

const checksumLines = /^([\da-f]+) [ *](.+)$/gimu;

function bytesOf(context: ProgramContext, path: string): Uint8Array {
  return path === '-' ? context.stdin : openInput(context, pathOf(context, path)).bytes();
}

/** `md5sum`, and those of SHA. */
export const checksumCommands: Readonly<Record<string, PosixCommand>> = {
  md5sum: checksum('md5sum', 'md5'),
  sha1sum: checksum('sha1sum', 'sha1'),
  sha256sum: checksum('sha256sum', 'sha256'),
  sha512sum: checksum('sha512sum', 'sha512'),
};
