import type { BackendModule, CallContext, ConnectTarget, GuestCredentials } from '../backends/backend.js';
import { Secret } from '../base/secret.js';
import type { Timeline, TraceDetails } from '../base/timeline.js';

/** Members of the contract's objects that are data and no group of operations. */
const data: ReadonlySet<string> = new Set(['about', 'capabilities']);

/** Operations whose result is an object of the contract again. */
const opens: ReadonlySet<string> = new Set(['connect', 'openVm']);

/** Members that ask the host nothing. */
const silent: ReadonlySet<string> = new Set(['onLost', 'onChange', 'claims', 'whyMissing']);

/** A backend whose every call is drawn into a timeline. There is none where nothing is traced, so that costs nothing. */
export function tracedBackend(module: BackendModule, timeline: Timeline): BackendModule {
  module.traceTo?.(timeline);
  return {
    name: module.name,
    capabilities: module.capabilities,
    claims: (target) => module.claims(target),
    connect(target: ConnectTarget, call: CallContext) {
      timeline.hide(target.password);
      const details = { ...ownerOf(timeline, call), provider: target.provider };
      return timeline.draw('backend', 'connect', details, async () =>
        traced(await module.connect(target, call), { timeline, path: '', about: {} }),
      );
    },
    close: async () => module.close?.(),
  };
}

/** Where an object of the contract stands. */
interface Place {
  readonly timeline: Timeline;
  /** Names of the groups that lead to it, each with a point behind it. */
  readonly path: string;
  /** What every call of it is about. */
  readonly about: TraceDetails;
}

/** An object of the contract whose calls are drawn. */
function traced<T extends object>(target: T, place: Place): T {
  return new Proxy({} as T, {
    has: (_shell, name) => Reflect.has(target, name),
    get(_shell, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof name === 'symbol' || data.has(name)) return value;
      if (typeof value === 'function') {
        if (silent.has(name)) return value.bind(target);
        const method = value as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => drawn(place, name, args, () => method.apply(target, args));
      }
      if (typeof value !== 'object' || value === null) return value;
      return traced(value, { ...place, path: `${place.path}${name}.` });
    },
  });
}

function drawn(place: Place, name: string, args: readonly unknown[], call: () => unknown): unknown {
  const { timeline, path, about } = place;
  if (path === '' && name === 'guest') return guestOf(place, args[0] as GuestCredentials, call);
  for (const arg of args) if (arg instanceof Secret) timeline.hide(arg);
  const details = { ...ownerOf(timeline, args.at(-1)), ...about, ...told(path, name, args) };
  if (name === 'findVms') return drawnItems(timeline, details, call() as AsyncIterable<unknown>);
  const opened = opens.has(name) ? { vm: String(args[0]) } : undefined;
  return timeline.draw('backend', `${path}${name}`, { ...details, ...opened }, async () => {
    const result = await call();
    return opened === undefined ? result : traced(result as object, { timeline, path: '', about: opened });
  });
}

function guestOf(place: Place, credentials: GuestCredentials, call: () => unknown): unknown {
  place.timeline.hide(credentials.password);
  return traced(call() as object, { ...place, path: 'guest.' });
}

async function* drawnItems(timeline: Timeline, details: TraceDetails, items: AsyncIterable<unknown>) {
  const span = timeline.begin('backend', 'findVms', details);
  let count = 0;
  try {
    for await (const item of items) {
      count += 1;
      yield item;
    }
  } finally {
    span.end({ items: count });
  }
}

/** What is worth telling of the arguments: paths. Command lines, scripts, values and contents may hold anything. */
function told(path: string, name: string, args: readonly unknown[]): TraceDetails {
  const [first] = args;
  if (path === 'guest.files.' && typeof first === 'string') return { path: first };
  return path === 'guest.' && name === 'start' ? { path: (first as { readonly path: string }).path } : {};
}

function ownerOf(timeline: Timeline, call: unknown): TraceDetails {
  return { job: isCall(call) ? timeline.ownerOf(call.signal) : undefined };
}

function isCall(value: unknown): value is CallContext {
  return typeof value === 'object' && value !== null && 'signal' in value;
}
