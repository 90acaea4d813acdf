import type { Clock } from '../../base/clock.js';
import type { Datacenter } from '../inventory/datacenter.js';
import { wireName } from '../inventory/wire-name.js';
import type { Ref } from '../ref.js';

/** What happened, as whoever saw it tells it. */
export interface NewEvent {
  /** Type on the wire, like `VmPoweredOnEvent`. */
  readonly type: string;
  /** What people read. */
  readonly message: string;
  /** Empty: the system. */
  readonly userName: string;
  readonly vm?: { readonly ref: Ref<'VirtualMachine'>; readonly name: string; readonly isTemplate: boolean };
  readonly datacenter?: Datacenter;
  /** Fields that this type of event has beside those of all. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The key of the event or task that it belongs to; absent: it stands alone. */
  readonly chainId?: number;
}

/** An event as the wire has it. */
export interface LoggedEvent {
  readonly $type: string;
  readonly key: number;
  readonly chainId: number;
  readonly createdTime: Date;
  readonly userName: string;
  readonly vm?: { readonly name: string; readonly vm: Ref<'VirtualMachine'> };
  readonly datacenter?: { readonly datacenter: Ref };
  readonly host?: { readonly host: Ref };
  readonly fullFormattedMessage: string;
  readonly eventTypeId?: string;
  readonly [field: string]: unknown;
}

/** So many events are remembered; older ones are forgotten. */
const mostEvents = 10_000;

/** What has happened on an endpoint, oldest first. */
export class EventLog {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: LoggedEvent) => void>();
  #events: LoggedEvent[] = [];
  #lastKey = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  post({ type, message, userName, vm, datacenter, fields, chainId }: NewEvent): void {
    const key = (this.#lastKey += 1);
    const event: LoggedEvent = {
      $type: type,
      key,
      chainId: chainId ?? key,
      createdTime: new Date(this.#clock.now()),
      userName,
      ...(datacenter === undefined ? {} : placeArguments(datacenter)),
      ...(vm === undefined ? {} : { vm: { name: wireName(vm.name), vm: vm.ref } }),
      fullFormattedMessage: message,
      ...(vm !== undefined && type.startsWith('Vm') ? { template: vm.isTemplate } : {}),
      ...fields,
    };
    this.#events.push(event);
    // In one go now and then, since taking the first of many away costs.
    if (this.#events.length >= 2 * mostEvents) this.#events = this.#events.slice(-mostEvents);
    for (const listener of this.#listeners) listener(event);
  }

  list(): readonly LoggedEvent[] {
    return this.#events.slice(-mostEvents);
  }

  /** @returns how to stop. */
  onEvent(listener: (event: LoggedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

function placeArguments({ refs, shownName, hostName }: Datacenter) {
  return {
    datacenter: { name: wireName(shownName), datacenter: refs.datacenter },
    computeResource: { name: 'cluster', computeResource: refs.compute },
    host: { name: hostName, host: refs.host },
  };
}
