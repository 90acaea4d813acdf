/** What a `head` is asked for. */
export interface HeadBytes {
  /** Of `-c`; undefined where it counts lines, or all but the last bytes. */
  readonly bytes: number | undefined;
  readonly operands: readonly string[];
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 512,
  kB: 1000,
  K: 1024,
  k: 1024,
  KiB: 1024,
  MB: 1000 ** 2,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
};

/** Reads the arguments of `head` as far as bytes are concerned. */
export function headBytes(args: readonly string[]): HeadBytes {
  let bytes: number | undefined;
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [, joined] = /^(?:-c|--bytes=)(.+)$/u.exec(word) ?? [];
    if (joined !== undefined) bytes = sizeOf(joined);
    else if (word === '-c' || word === '--bytes') bytes = sizeOf(args[(at += 1)] ?? '');
    else if (word === '-n') at += 1;
    else if (!word.startsWith('-')) operands.push(word);
  }
  return { bytes, operands };
}

function sizeOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,10})([A-Za-z]*)$/u.exec(text) ?? [];
  const factor = units[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
