import { expect } from 'vitest';
import type { Vix } from '../../src/api/vix.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import type { SpanKind, TraceEvent } from '../../src/base/timeline.js';
import { VIX_OK, VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_PROPERTY_NONE } from '../../src/vix/names.js';
import type { VixError, VixHandle } from '../../src/vix/types.js';

/** A span of a trace with what was told at both of its ends. */
export interface TracedSpan {
  readonly kind: SpanKind;
  readonly name: string;
  readonly row: number;
  /** Microseconds from the first event. */
  readonly start: number;
  /** Absent for a span that has not ended. */
  readonly end?: number;
  readonly args: Readonly<Record<string, unknown>>;
  /** The span of its row that it is a part of. */
  readonly within: string | undefined;
}

/** The spans of a trace in the order of their begins. Fails for ends that fit no begin. */
export function spansOf(events: readonly TraceEvent[]): readonly TracedSpan[] {
  const spans: (TracedSpan & { end?: number })[] = [];
  const open = new Map<string, (TracedSpan & { end?: number })[]>();
  const named = new Set<string>();
  for (const { ph, pid, tid, name, cat, ts, args } of events) {
    const row = `${pid}/${tid}`;
    const stack = open.get(row) ?? [];
    open.set(row, stack);
    if (ph === 'M') named.add(row);
    else if (ph === 'B') {
      expect(named, 'rows have names').toContain(row);
      const start = ts - (events[0]?.ts ?? 0);
      const span = { kind: cat as SpanKind, name, row: tid, start, args: { ...args }, within: stack.at(-1)?.name };
      spans.push(span);
      stack.push(span);
    } else {
      const span = stack.pop();
      expect({ name, cat }).toEqual({ name: span?.name, cat: span?.kind });
      if (span !== undefined) Object.assign(span, { end: ts - (events[0]?.ts ?? 0), args: { ...span.args, ...args } });
    }
  }
  return spans;
}

/** Waits for a job, takes its result handle if it has one, and releases it. */
export async function finish(
  vix: Vix,
  job: VixHandle,
): Promise<{ readonly error: VixError; readonly handle: VixHandle }> {
  const handle = Vix_Out<VixHandle>();
  const error = await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
  if (error === VIX_OK) await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return { error, handle: handle.value };
}
