import type { DoorVix } from '../door-calls.js';
import type { Flow } from '../flow.js';
import { guestMembers } from './guest-members.js';
import { VirtualServerError } from './hresults.js';
import { machineMembers } from './machine-members.js';
import { failing, notImplemented, type MemberTable } from './member.js';
import { serverMembers } from './server-members.js';
import { networkAdapterMembers, networkMembers } from './network-members.js';
import { OwnedHandles } from './owned-handles.js';
import {
  CollectionState,
  GuestState,
  MachineState,
  NetworkAdapterState,
  NetworkState,
  ServerState,
  TaskState,
  type VirtualServerHost,
} from './states.js';
import { taskMembers } from './task-members.js';
import type { VMCollection } from './virtual-server-types.js';

/** How the flows of a door are driven: to their results, or to promises of them. */
export interface Drive {
  run(flow: Flow<unknown>): unknown;
  /** Lets some milliseconds pass. */
  pause(ms: number): unknown;
  /** Whether a property can be set by assignment: where nobody could wait for it, it cannot. */
  readonly canAssign: boolean;
}

/** The class of the states that an interface's objects stand for, and its members. */
const interfaces = [
  [ServerState, serverMembers],
  [MachineState, machineMembers],
  [GuestState, guestMembers],
  [TaskState, taskMembers],
  [NetworkAdapterState, networkAdapterMembers],
  [NetworkState, networkMembers],
] as const;

type State = ServerState | MachineState | GuestState | TaskState | NetworkAdapterState | NetworkState;

/** Makes the objects that stand for the states of the door. */
export class VirtualServerDoor {
  readonly #vix: DoorVix;
  readonly #drive: Drive;
  readonly #states = new WeakMap<object, State>();
  readonly #prototypes: ReadonlyMap<unknown, object>;
  readonly #owned: OwnedHandles;

  constructor(vix: DoorVix, drive: Drive) {
    this.#vix = vix;
    this.#owned = new OwnedHandles(vix);
    this.#drive = drive;
    this.#prototypes = new Map(interfaces.map(([state, members]) => [state, this.#prototype(members)]));
  }

  /** A server that connects when it is first used. */
  server(target: VirtualServerHost): object {
    return this.#object(new ServerState(this.#vix, this.#owned, target, (ms) => this.#drive.pause(ms)));
  }

  #object(state: State): object {
    const object = Object.create(this.#prototypes.get(state.constructor) ?? null) as object;
    this.#states.set(object, state);
    return object;
  }

  /** What a member hands out: objects for states. */
  #shown(result: unknown): unknown {
    if (result instanceof CollectionState) return collection(result.items.map((item) => this.#shown(item)));
    const isState = this.#prototypes.has(
      (result as { readonly constructor?: unknown } | null | undefined)?.constructor,
    );
    return isState ? this.#object(result as State) : result;
  }

  #prototype(members: MemberTable<never>): object {
    const prototype = {};
    for (const [name, member] of Object.entries(members)) {
      for (const [key, descriptor] of this.#descriptors(name, member)) {
        Object.defineProperty(prototype, key, { ...descriptor, enumerable: true });
      }
    }
    return prototype;
  }

  #descriptors(name: string, member: MemberTable<never>[string]): readonly (readonly [string, PropertyDescriptor])[] {
    const missing = (): unknown => this.#run(failing(notImplemented(name)));
    switch (member.kind) {
      case 'missing method':
        return [[name, { value: missing }]];
      case 'missing property':
        return [
          [name, this.#drive.canAssign ? { get: missing, set: missing } : { get: missing }],
          [`get_${name}`, { value: missing }],
          [`put_${name}`, { value: missing }],
        ];
      case 'method':
        return [[name, { value: this.#method(member.run) }]];
      case 'known': {
        const get = this.#plain(member.get);
        return [
          [name, { get }],
          [`get_${name}`, { value: get }],
        ];
      }
      case 'property': {
        const get = this.#method(member.get);
        return [
          [name, { get }],
          [`get_${name}`, { value: get }],
        ];
      }
      default: {
        const get = this.#method(member.get);
        const put = this.#method(member.put);
        return [
          [name, this.#drive.canAssign ? { get, set: put } : { get }],
          [`get_${name}`, { value: get }],
          [`put_${name}`, { value: put }],
        ];
      }
    }
  }

  #method(run: (state: never, ...args: never[]) => Flow<unknown>) {
    const call = (self: object, args: readonly unknown[]): unknown => {
      const states = args.map((arg) =>
        typeof arg === 'object' && arg !== null ? (this.#states.get(arg) ?? arg) : arg,
      );
      return this.#run(this.#showing(run(this.#stateOf(self) as never, ...(states as never[]))));
    };
    return function (this: object, ...args: readonly unknown[]): unknown {
      return call(this, args);
    };
  }

  #plain(get: (state: never) => unknown) {
    const read = (self: object): unknown => this.#shown(get(this.#stateOf(self) as never));
    return function (this: object): unknown {
      return read(this);
    };
  }

  #run(flow: Flow<unknown>): unknown {
    return this.#drive.run(flow);
  }

  *#showing(flow: Flow<unknown>): Flow<unknown> {
    return this.#shown(yield* flow);
  }

  #stateOf(object: object): State {
    const state = this.#states.get(object);
    if (state === undefined) throw new VirtualServerError('E_POINTER', 'the member was called on no object of its own');
    return state;
  }
}

function collection<Item>(items: readonly Item[]): VMCollection<Item> {
  return {
    Count: items.length,
    Item(index) {
      const item = Number.isInteger(index) ? items[index - 1] : undefined;
      if (item !== undefined) return item;
      throw new VirtualServerError('DISP_E_BADINDEX', `there is no item ${index}; there are 1 to ${items.length}`);
    },
    [Symbol.iterator]: () => items[Symbol.iterator](),
  };
}
