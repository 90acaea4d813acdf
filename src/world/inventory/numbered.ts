/** A text of an entry that stands for several machines, as the machine of this number has it. */
export function numbered(text: string, number: number): string {
  return text.replaceAll('{n}', String(number));
}
