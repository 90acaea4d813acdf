/** Characters that a name on the wire may not hold stand there as `%2f`, `%5c` and `%25`. */
export function wireName(name: string): string {
  return name.replaceAll(/[%/\\]/gu, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

/** The name behind one on the wire. */
export function plainName(name: string): string {
  return name.replaceAll(/%(2f|5c|25)/giu, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
