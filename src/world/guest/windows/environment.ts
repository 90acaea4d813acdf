/** Environment of a Windows process: names ignore case and keep the one they were first set with. */
export class Environment {
  readonly #variables = new Map<string, { readonly name: string; readonly value: string }>();

  constructor(entries: Iterable<readonly [string, string]>) {
    for (const [name, value] of entries) this.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#variables.get(name.toUpperCase())?.value;
  }

  set(name: string, value: string): void {
    const key = name.toUpperCase();
    this.#variables.set(key, { name: this.#variables.get(key)?.name ?? name, value });
  }

  delete(name: string): void {
    this.#variables.delete(name.toUpperCase());
  }

  /** Sorted by name. */
  entries(): [name: string, value: string][] {
    return [...this.#variables]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, { name, value }]) => [name, value]);
  }

  copy(): Environment {
    return new Environment(this.entries());
  }

  /** Replaces each `%NAME%` of a known variable; leaves the others as they are. */
  expand(text: string): string {
    return text.replace(/%([^%]+)%/g, (whole, name: string) => this.get(name) ?? whole);
  }
}
