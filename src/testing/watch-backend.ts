import type { BackendModule } from '../backends/backend.js';

/** A backend that is watched, and what of its work has not ended. */
export interface WatchedBackend {
  /** Does all that the backend does. */
  readonly module: BackendModule;
  /** Operations that have begun and not ended, by the names of their methods: `tools.waitUntilRunning`. */
  readonly underWay: () => readonly string[];
}

/** Groups of operations in the links of the contract. */
const groups: ReadonlySet<string> = new Set([
  'power',
  'tools',
  'lifecycle',
  'snapshots',
  'variables',
  'sharedFolders',
  'recording',
  'files',
]);

/** Methods that give another link, with the name that its operations get. */
const links: Readonly<Record<string, string>> = { connect: '', openVm: '', guest: 'guest.' };

type Method = (...args: unknown[]) => unknown;

/**
 * Watches a backend, so that a target can tell which of its work goes on (`ConformanceTarget.underWay`): what does not
 * end when its signal is aborted shows no other way, since no program waits for it any more.
 */
export function watchBackend(backend: BackendModule): WatchedBackend {
  const underWay = new Set<{ readonly name: string }>();

  function begin(name: string): () => void {
    const work = { name };
    underWay.add(work);
    return () => underWay.delete(work);
  }

  function watched<T extends object>(target: T, prefix: string): T {
    return new Proxy(target, {
      get(_, key) {
        const member: unknown = Reflect.get(target, key, target);
        const name = String(key);
        if (typeof member === 'function') return watchedMethod(target, member as Method, name, prefix);
        if (groups.has(name) && typeof member === 'object' && member !== null) {
          return watched(member, `${prefix}${name}.`);
        }
        return member;
      },
    });
  }

  function watchedMethod(owner: object, method: Method, name: string, prefix: string): Method {
    const link = links[name];
    const wrap = (value: unknown): unknown =>
      link !== undefined && typeof value === 'object' && value !== null ? watched(value, link) : value;
    return (...args) => {
      const answer: unknown = Reflect.apply(method, owner, args);
      if (isAsyncIterable(answer)) return watchedItems(answer, `${prefix}${name}`);
      if (!(answer instanceof Promise)) return wrap(answer);
      return answer.then(wrap).finally(begin(`${prefix}${name}`));
    };
  }

  async function* watchedItems(items: AsyncIterable<unknown>, name: string): AsyncGenerator {
    const end = begin(name);
    try {
      yield* items;
    } finally {
      end();
    }
  }

  return { module: watched(backend, ''), underWay: () => [...underWay].map(({ name }) => name) };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
