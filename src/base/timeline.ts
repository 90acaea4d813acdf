import type { Secret } from './secret.js';

/** What can be said of something that happened. */
export type TraceDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * One event of a trace, in the trace-event format of Chromium, which common viewers open: `B` begins a span of a row and
 * `E` ends it, `M` names a row.
 */
export interface TraceEvent {
  readonly name: string;
  /** What kind of thing it is: see `SpanKind`. */
  readonly cat: string;
  readonly ph: 'B' | 'E' | 'M';
  /** Microseconds since 1970-01-01 UTC. */
  readonly ts: number;
  /** Process. */
  readonly pid: number;
  /** Row; no thread of the system. */
  readonly tid: number;
  readonly args: TraceDetails;
}

/** What is drawn, from the top of a picture to its bottom. */
const kinds = ['wait', 'job', 'callback', 'backend', 'http'] as const;

/** Waits of the program for jobs; jobs; its callbacks; calls of backends, guest calls among them; HTTP requests. */
export type SpanKind = (typeof kinds)[number];

/** Numbers of rows that are kept for one kind: as many as can ever be under way at once. */
const rowsPerKind = 1_000_000;

/** Rows that a timeline takes up, from its first one. */
export const rowsPerTimeline: number = rowsPerKind * kinds.length;

/** What a value shows as that holds a secret. */
const mask = '***';

/** Something that goes on. */
export interface Span {
  /** Begins a part of it. Parts follow each other; the next one, and the end of the whole, end the one before. */
  part(name: string): void;
  /** Ends it. @param details what is known only now. */
  end(details?: TraceDetails): void;
}

/** Where a timeline goes, and what its events have in common. */
export interface TimelineParts {
  readonly write: (event: TraceEvent) => void;
  /** Microseconds since 1970. */
  readonly now: () => number;
  readonly pid: number;
  /** Number before the first row, so that timelines of one process can share a file. */
  readonly rowsBefore: number;
}

/** What happened, and when: spans on rows, each row holding one at a time. */
export class Timeline {
  readonly #parts: TimelineParts;
  readonly #secrets = new Set<string>();
  readonly #owners = new WeakMap<AbortSignal, number>();
  readonly #rows: Readonly<Record<SpanKind, boolean[]>> = { wait: [], job: [], callback: [], backend: [], http: [] };

  constructor(parts: TimelineParts) {
    this.#parts = parts;
  }

  /** No value that holds this text is shown from now on. */
  hide(secret: Secret | null): void {
    if (secret !== null && !secret.isEmpty) this.#secrets.add(secret.reveal());
  }

  /** Notes for which job everything is done that this signal can end. @param job its handle. */
  own(signal: AbortSignal, job: number): void {
    this.#owners.set(signal, job);
  }

  /** Handle of the job that something with this signal is done for, if that is known. */
  ownerOf(signal: AbortSignal | undefined): number | undefined {
    return signal === undefined ? undefined : this.#owners.get(signal);
  }

  /** Begins to draw something, in the first row of its kind that is free. */
  begin(kind: SpanKind, name: string, details: TraceDetails = {}): Span {
    const tid = this.#takeRow(kind);
    this.#write('B', kind, tid, name, details);
    let part: string | undefined;
    const endPart = (): void => {
      if (part !== undefined) this.#write('E', kind, tid, part, {});
      part = undefined;
    };
    return {
      part: (partName) => {
        endPart();
        part = partName;
        this.#write('B', kind, tid, partName, {});
      },
      end: (endDetails = {}) => {
        endPart();
        this.#write('E', kind, tid, name, endDetails);
        this.#rows[kind][this.#indexOf(kind, tid)] = false;
      },
    };
  }

  /**
   * Does something and draws it.
   *
   * @param detailsOf what is worth telling of the result.
   * @returns its result. @throws what it throws.
   */
  async draw<T>(
    kind: SpanKind,
    name: string,
    details: TraceDetails,
    action: () => Promise<T>,
    detailsOf: (result: T) => TraceDetails = () => ({}),
  ): Promise<T> {
    const span = this.begin(kind, name, details);
    try {
      const result = await action();
      span.end(detailsOf(result));
      return result;
    } catch (error) {
      span.end({ error: errorKind(error) });
      throw error;
    }
  }

  #takeRow(kind: SpanKind): number {
    const rows = this.#rows[kind];
    const free = rows.indexOf(false);
    const index = free === -1 ? rows.length : free;
    const tid = this.#parts.rowsBefore + kinds.indexOf(kind) * rowsPerKind + index + 1;
    if (free === -1) this.#write('M', kind, tid, 'thread_name', { name: `${kind} ${index + 1}` });
    rows[index] = true;
    return tid;
  }

  #indexOf(kind: SpanKind, tid: number): number {
    return tid - 1 - this.#parts.rowsBefore - kinds.indexOf(kind) * rowsPerKind;
  }

  #write(ph: TraceEvent['ph'], cat: SpanKind, tid: number, name: string, details: TraceDetails): void {
    const { write, now, pid } = this.#parts;
    const args = Object.fromEntries(
      Object.entries(details).flatMap(([key, value]) => (value === undefined ? [] : [[key, this.#shown(value)]])),
    );
    write({ name: ph === 'M' ? name : this.#shownText(name), cat, ph, ts: now(), pid, tid, args });
  }

  #shown(value: string | number | boolean): string | number | boolean {
    return typeof value === 'string' ? this.#shownText(value) : value;
  }

  /** The whole text goes: what is left around a secret would tell of it. */
  #shownText(text: string): string {
    for (const secret of this.#secrets) if (text.includes(secret)) return mask;
    return text;
  }
}

/** What a failure is, without its message, which may quote what a program was given. */
function errorKind(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('kind' in error && typeof error.kind === 'string') return error.kind;
  return error instanceof Error ? error.name : 'error';
}
