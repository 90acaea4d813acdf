/** Bits of a handle that count within its page: few, so that a lonely live handle keeps little memory for dead ones. */
const pageBits = 6;
const pageSize = 2 ** pageBits;
const indexMask = pageSize - 1;

/** Items whose numbers follow each other. */
class Page<Item> {
  readonly items = Array.from<Item | undefined>({ length: pageSize });
  used = 0;

  constructor(public number: number) {}
}

/**
 * Items by their handle number, in pages of an array. Numbers are given out in order and most handles live shortly: a
 * `Map` of them would be built anew every few handles, which costs more than all the rest of a short job.
 */
export class HandleSlots<Item extends { readonly handle: number }> {
  readonly #pages = new Map<number, Page<Item>>();
  /** The page of the newest item. It stays when it is empty, since the next item goes there as well. */
  #newest = new Page<Item>(0);
  #size = 0;

  constructor() {
    this.#pages.set(0, this.#newest);
  }

  get size(): number {
    return this.#size;
  }

  /** The item of a handle; undefined for a number without one, and for whatever is no number. */
  get(handle: number): Item | undefined {
    // Programs in plain JavaScript pass anything, also what cannot be shifted.
    if (typeof handle !== 'number') return undefined;
    const item = this.#find(handle)?.items[handle & indexMask];
    return item !== undefined && item.handle === handle ? item : undefined;
  }

  /** Adds an item under a handle that has none. */
  add(item: Item): void {
    const page = this.#pageFor(item.handle >>> pageBits);
    page.items[item.handle & indexMask] = item;
    page.used += 1;
    this.#size += 1;
  }

  /** Removes an item. Does nothing when it is not here. */
  delete(item: Item): void {
    const page = this.#find(item.handle);
    const index = item.handle & indexMask;
    if (page === undefined || page.items[index] !== item) return;
    page.items[index] = undefined;
    page.used -= 1;
    this.#size -= 1;
    if (page.used === 0 && page !== this.#newest) this.#pages.delete(page.number);
  }

  /** Every item: by number in its page, and pages in the order in which they came into use. */
  values(): Item[] {
    return [...this.#pages.values()].flatMap(({ items }) => items.filter((item) => item !== undefined));
  }

  #find(handle: number): Page<Item> | undefined {
    const number = handle >>> pageBits;
    return number === this.#newest.number ? this.#newest : this.#pages.get(number);
  }

  /** The page of the next item, which becomes the newest. */
  #pageFor(number: number): Page<Item> {
    const last = this.#newest;
    if (last.number === number) return last;
    if (last.used === 0) this.#pages.delete(last.number);
    let page = this.#pages.get(number);
    if (page === undefined) {
      // While all handles are short-lived, one page serves them all.
      page = last.used === 0 ? last : new Page(number);
      page.number = number;
      this.#pages.set(number, page);
    }
    this.#newest = page;
    return page;
  }
}
