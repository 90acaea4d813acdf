import { untilAborted } from '../../base/until-aborted.js';
import { Fault } from '../../base/fault.js';

/** The state of one connection, which every call over it depends on. */
export class Connection {
  #end: Fault | undefined;
  #wasLost = false;
  readonly #listeners: ((fault: Error) => void)[] = [];

  /**
   * Runs a call: refused once the connection has ended, given up as soon as the signal is aborted; a fault
   * `connection-lost` ends the connection.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.#end !== undefined) throw this.#end;
    try {
      return await (signal === undefined ? work() : untilAborted(work, signal));
    } catch (error) {
      if (error instanceof Fault && error.kind === 'connection-lost') this.#lose(error);
      throw error;
    }
  }

  /** Calls the listener once when the connection is lost; at once when it has been. */
  onLost(listener: (fault: Error) => void): void {
    if (this.#wasLost && this.#end !== undefined) listener(this.#end);
    else this.#listeners.push(listener);
  }

  /** Ends the connection as its user wants it; nobody is told. */
  close(): void {
    this.#end ??= new Fault('connection-lost', 'The connection to the mock host was closed. Connect again to go on.');
  }

  #lose(fault: Fault): void {
    if (this.#end !== undefined) return;
    this.#end = fault;
    this.#wasLost = true;
    for (const listener of this.#listeners.splice(0)) listener(fault);
  }
}

/**
 * The same operations, and the groups of them inside, each run over the connection. The last argument of each is its
 * call context.
 */
export function overConnection<Ops extends object>(connection: Connection, ops: Ops): Ops {
  return new Proxy(ops, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member === 'object' && member !== null) return overConnection(connection, member);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) =>
        connection.run(async () => Reflect.apply(member, target, args), signalOf(args.at(-1)));
    },
  });
}

function signalOf(call: unknown): AbortSignal | undefined {
  if (typeof call !== 'object' || call === null || !('signal' in call)) return undefined;
  return call.signal instanceof AbortSignal ? call.signal : undefined;
}
