import type { BackendModule } from '../../../src/backends/backend.js';

/** What can be told to stop answering. */
export interface Mute {
  readonly backend: BackendModule;
  begin(): void;
  /** Answers again; connections that were being closed are closed. */
  end(): void;
}

/** A backend whose every request and whose every end of a connection goes unanswered while it is mute. */
export function muteBackend(backend: BackendModule): Mute {
  let isMute = false;
  let end: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (end = resolve));
  const never = (): Promise<never> => new Promise(() => undefined);

  function wrapped<T extends object>(target: T): T {
    return new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (member instanceof Set) return member;
        if (typeof member === 'object' && member !== null) return wrapped(member);
        if (typeof member !== 'function' || name === 'claims') return member;
        return (...args: readonly unknown[]) => {
          if (isMute && name === 'close') return closed;
          if (isMute && name === 'findVms') return { [Symbol.asyncIterator]: () => ({ next: never }) };
          if (isMute && args.some(isCall)) return never();
          const result: unknown = Reflect.apply(member, target, args);
          if (name === 'guest') return wrapped(result as object);
          return name === 'connect' || name === 'openVm' ? (result as Promise<object>).then(wrapped) : result;
        };
      },
    });
  }
  return {
    backend: wrapped(backend),
    begin: () => (isMute = true),
    end: () => {
      isMute = false;
      end();
    },
  };
}

function isCall(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'signal' in value && 'clock' in value;
}
