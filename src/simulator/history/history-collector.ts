import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../endpoint.js';
import { managed, type ManagedKind, type Method } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';

const defaultPageSize = 10;
const mostPerPage = 1000;

/**
 * What a client scrolls through: items of a history that pass a filter, oldest first. The position lies between two
 * items; new items come at the end.
 */
export class HistoryCollector<Item> {
  readonly ref: Ref;
  readonly filter: unknown;
  readonly #items: () => readonly Item[];
  #pageSize = defaultPageSize;
  /** The item that was read last when reading forwards; undefined: reading starts at the oldest. */
  #last: Item | undefined;
  /** The item that was read last when reading backwards; undefined: reading starts before the latest page. */
  #first: Item | undefined;

  constructor(ref: Ref, filter: unknown, items: () => readonly Item[]) {
    this.ref = ref;
    this.filter = filter;
    this.#items = items;
  }

  /** The newest items, newest first. */
  get latestPage(): readonly Item[] {
    return this.#items().slice(-this.#pageSize).reverse();
  }

  setPageSize(size: number): void {
    if (size < 1 || size > mostPerPage) throw outOfRange('maxCount');
    this.#pageSize = size;
  }

  /** Reading forwards starts at the oldest item again. */
  rewind(): void {
    this.#last = undefined;
    this.#first = undefined;
  }

  /** Reading starts at the latest page: forwards what is new from now on, backwards what is older than the page. */
  reset(): void {
    const items = this.#items();
    this.#last = items.at(-1);
    this.#first = items.at(-this.#pageSize);
  }

  readNext(count: number): readonly Item[] {
    requireCount(count);
    const items = this.#items();
    // An item that was forgotten since leaves its successors, which are all that is left.
    const start = this.#last === undefined ? 0 : items.indexOf(this.#last) + 1;
    const page = items.slice(start, start + count);
    this.#last = page.at(-1) ?? this.#last;
    this.#first = page[0] ?? this.#first;
    return page;
  }

  readPrevious(count: number): readonly Item[] {
    requireCount(count);
    const items = this.#items();
    const end = this.#first === undefined ? Math.max(0, items.length - this.#pageSize) : items.indexOf(this.#first);
    const page = items.slice(Math.max(0, end - count), Math.max(0, end)).reverse();
    this.#first = page.at(-1) ?? this.#first;
    return page;
  }
}

function requireCount(count: number): void {
  if (count < 1) throw outOfRange('maxCount');
}

function outOfRange(invalidProperty: string): VimFault {
  return new VimFault(
    { $type: 'InvalidArgument', invalidProperty },
    `A specified parameter was not correct: ${invalidProperty}`,
  );
}

/** What both kinds of history collectors have. */
export interface HistoryTarget<Item> {
  readonly endpoint: Endpoint;
  readonly collector: HistoryCollector<Item>;
}

/** Methods of every history collector. */
export function historyMethods<Item>(): Readonly<Record<string, Method<HistoryTarget<Item>>>> {
  const method = (run: Method<HistoryTarget<Item>>['run']): Method<HistoryTarget<Item>> => ({ privilege: null, run });
  return {
    SetCollectorPageSize: method(({ collector }, { args }) => collector.setPageSize(Number(args['maxCount']))),
    RewindCollector: method(({ collector }) => collector.rewind()),
    ResetCollector: method(({ collector }) => collector.reset()),
    DestroyCollector: method(({ endpoint, collector }, { session }) =>
      endpoint.objectsOf(session).remove(collector.ref),
    ),
  };
}

/** Makes a collector that lasts as long as its session. */
export function addCollector<Item>(
  endpoint: Endpoint,
  session: Session,
  kind: ManagedKind<HistoryTarget<Item>>,
  filter: unknown,
  items: () => readonly Item[],
): Ref {
  const ref = { type: kind.type, value: `session[${session.key}]${randomUUID()}` };
  const collector = new HistoryCollector(ref, filter, items);
  endpoint.objectsOf(session).add(managed(ref, kind, { endpoint, collector }));
  return ref;
}
