import type { CallContext, GuestOps } from '../../backends/backend.js';
import type { Capability } from '../../backends/capabilities.js';
import type { GuestSession } from '../../guest/guest-session.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import type { Engine, VmWorkOptions } from './engine.js';

/** Calls of one user of one guest, as jobs. */
export class GuestCalls {
  readonly engine: Engine;
  readonly vm: VixHandle;
  readonly session: GuestSession;

  constructor(engine: Engine, vm: VixHandle, session: GuestSession) {
    this.engine = engine;
    this.vm = vm;
    this.session = session;
  }

  get ops(): GuestOps {
    return this.session.ops;
  }

  /** One request to the guest, in its turn. @throws VixError. */
  request<T>(
    operation: string,
    options: CallOptions,
    send: (call: CallContext) => Promise<T>,
    capability: Capability = 'guest',
  ): Promise<T> {
    return this.engine.onVm(this.vm, { operation, capability }, options, (_vm, call) =>
      this.session.knowing(call, () => this.session.request(call, () => send(call))),
    );
  }

  /** One request that takes back what it has half done, which is waited for. @throws VixError. */
  requestToEnd<T>(operation: string, options: CallOptions, send: (call: CallContext) => Promise<T>): Promise<T> {
    const how = { operation, capability: 'guest' } as const;
    return this.#toEnd(how, options, (call) => this.session.requestToEnd(call, () => send(call)));
  }

  /** Work that sends requests itself, takes as long as it takes, and tidies up when it fails. @throws VixError. */
  work<T>(operation: string, options: CallOptions, work: (call: CallContext) => Promise<T>): Promise<T> {
    return this.#toEnd({ operation, capability: 'guest', isUnlimited: true }, options, work);
  }

  /** A job may end before its work has: what an abort leaves behind is tidied up first, also before a disconnect. */
  async #toEnd<T>(how: VmWorkOptions, options: CallOptions, work: (call: CallContext) => Promise<T>): Promise<T> {
    let working: Promise<T> | undefined;
    try {
      return await this.engine.onVm(this.vm, how, options, (vm, call) => {
        working = vm.payload.host.payload.tidy(this.session.knowing(call, () => work(call)));
        return working;
      });
    } finally {
      await working?.catch(() => undefined);
    }
  }
}
