/**
 * A part of a record that programs change: they see their changes at once, and the same changes follow in the record.
 * While nothing is on its way there, they see the record as it is.
 */
export class WrittenThrough<Part> {
  readonly #live: () => Part;
  readonly #keep: (change: (part: Part) => void) => Promise<void>;
  #seen: { readonly part: Part } | undefined;
  #pending = 0;

  /**
   * @param live the part of the newest record known here.
   * @param keep makes the change in the record; settles when it is kept.
   */
  constructor(live: () => Part, keep: (change: (part: Part) => void) => Promise<void>) {
    this.#live = live;
    this.#keep = keep;
  }

  /** The part with all changes; only to be read. */
  get part(): Part {
    return this.#seen === undefined ? this.#live() : this.#seen.part;
  }

  /** Makes a change; one that throws changes nothing. */
  change(apply: (part: Part) => void): void {
    const part = structuredClone(this.part);
    apply(part);
    this.#seen = { part };
    this.#pending += 1;
    void this.#keep(apply).finally(() => {
      this.#pending -= 1;
      if (this.#pending === 0) this.#seen = undefined;
    });
  }
}
