import { Fault } from '../../base/fault.js';
import { leasedAddresses, withPrefix } from '../guest/nics.js';
import type { WorldCall } from '../world-call.js';
import { abortCustomization, msUntilCustomized } from './guest-customization.js';
import { isRunning } from './power.js';
import { requireTools } from './power-state.js';
import type { CustomizationSpec, VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** How the last customization of a guest stands; `idle`: there is none. */
export interface CustomizationStatus {
  readonly state: 'idle' | 'pending' | 'running' | 'succeeded' | 'failed';
  /** Why it failed, or null. */
  readonly error: string | null;
  readonly startTime: Date | null;
  readonly endTime: Date | null;
}

/** Longest host name by family: a label of DNS, and a name of NetBIOS. */
const longestHostName = { posix: 63, windows: 15 } as const;

/** Gives a guest another host name and network, as a host does with what it has cloned. */
export class VmCustomization {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * Has the guest customized when it boots next, as soon as Tools is up.
   * @param spec null: what was planned before is given up.
   * @throws Fault `vm-running` unless the machine is off; `invalid-argument`.
   */
  async plan(spec: CustomizationSpec | null, call: WorldCall): Promise<void> {
    await this.#scope.begin('customization.plan', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      if (record.power.phase !== 'off') throw isRunning(record);
      if (spec !== null) requireFitting(record, spec);
      record.customization = spec === null ? null : pending(spec);
    });
  }

  /** Customizes a guest that runs. Resolves when it has begun. @throws Fault as `requireTools`, `invalid-argument`. */
  async begin(spec: CustomizationSpec, call: WorldCall): Promise<void> {
    await this.#scope.begin('customization.begin', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      const nowMs = this.#scope.clock.now();
      requireTools(record, nowMs, 'A customization of the running guest');
      requireFitting(record, spec);
      if (record.customization?.state === 'running') {
        throw new Fault('busy', `'${record.name}' is being customized already. Wait for its end.`, {
          retryable: 'when-state-changes',
        });
      }
      record.customization = { ...pending(spec), state: 'running', startedAtMs: nowMs, beginsAtMs: nowMs };
    });
  }

  /** Waits until a customization of the running guest is over, and tells how it ended. */
  async untilOver(call: WorldCall): Promise<CustomizationStatus> {
    for (;;) {
      const waitMs = await this.#scope.read(({ record }) => msUntilCustomized(record, this.#scope.clock.now()));
      if (waitMs === 0) break;
      await this.#scope.untilChanged(waitMs, call.signal);
    }
    // What has ended by time alone is written down, so that a listener hears of it.
    await this.#scope.update(() => undefined);
    return this.#scope.read(statusOf);
  }

  /** Breaks off a customization that runs; where none does, nothing happens. @throws Fault as `requireTools`. */
  async abort(call: WorldCall): Promise<void> {
    await this.#scope.begin('customization.abort', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      const nowMs = this.#scope.clock.now();
      requireTools(record, nowMs, 'Breaking off a customization');
      abortCustomization(record, nowMs);
    });
  }

  /** Connects the network cards of a running guest, and gets new addresses by DHCP. @throws Fault as `requireTools`. */
  async startNetwork(call: WorldCall): Promise<void> {
    await this.#scope.begin('customization.startNetwork', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireTools(record, this.#scope.clock.now(), 'Starting the network of the guest');
      for (const nic of record.guest.nics) {
        nic.isConnected = true;
        if (nic.isDhcp) nic.addresses = leasedAddresses(nic.mac);
      }
    });
  }

  async status(call: WorldCall): Promise<CustomizationStatus> {
    await this.#scope.begin('customization.status', call);
    return this.#scope.read(statusOf);
  }
}

function statusOf({ record: { customization } }: { readonly record: VmRecord }): CustomizationStatus {
  return {
    state: customization?.state ?? 'idle',
    error: customization?.error ?? null,
    startTime: timeOf(customization?.startedAtMs),
    endTime: timeOf(customization?.endedAtMs),
  };
}

function pending(spec: CustomizationSpec): NonNullable<VmRecord['customization']> {
  return { state: 'pending', spec: structuredClone(spec), error: null, startedAtMs: null, endedAtMs: null };
}

function timeOf(ms: number | null | undefined): Date | null {
  return ms === null || ms === undefined ? null : new Date(ms);
}

function requireFitting({ name, guest }: VmRecord, spec: CustomizationSpec): void {
  const { hostName, dnsServers = [], nics = [] } = spec;
  const longest = longestHostName[guest.family];
  if (hostName !== undefined && !(/^[a-z\d](?:[a-z\d-]*[a-z\d])?$/iu.test(hostName) && hostName.length <= longest)) {
    throw new Fault(
      'invalid-argument',
      `'${hostName}' is no host name for '${name}'; give 1 to ${longest} letters, digits and hyphens.`,
    );
  }
  if (nics.length > guest.nics.length) {
    throw new Fault(
      'invalid-argument',
      `The customization has ${nics.length} network cards, '${name}' has ${guest.nics.length}. Give as many.`,
    );
  }
  const addresses = nics.flatMap((nic) => [
    ...(nic === null || nic.addresses === 'dhcp' ? [] : nic.addresses),
    ...(nic?.gateway ? [nic.gateway] : []),
  ]);
  for (const address of [...dnsServers, ...addresses]) {
    if (withPrefix(address) !== undefined) continue;
    throw new Fault('invalid-argument', `'${address}' is no IP address; write it like 10.0.0.5 or 10.0.0.5/24.`);
  }
}
