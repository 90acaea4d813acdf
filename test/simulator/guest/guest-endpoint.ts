import { FakeClock } from '../../../src/base/clock.js';
import { revealed, type SecretText } from '../../../src/backends/vsphere/soap/values.js';
import { Secret } from '../../../src/base/secret.js';
import { Endpoint } from '../../../src/simulator/endpoint.js';
import type { EndpointKind } from '../../../src/simulator/endpoint-kind.js';
import { addGuestOperations } from '../../../src/simulator/guest/guest-operations.js';
import { addRestApi } from '../../../src/simulator/rest/rest-api.js';
import type { Ref } from '../../../src/simulator/ref.js';
import type { Session } from '../../../src/simulator/sessions.js';
import { VimFault, type FaultValue } from '../../../src/simulator/vim-fault.js';
import { asVimFault } from '../../../src/simulator/world-faults.js';
import type { InventoryVm } from '../../../src/world/inventory/inventory-schema.js';
import { World } from '../../../src/world/world.js';

/** Managers by the property of GuestOperationsManager that names them. */
export type ManagerName =
  | 'authManager'
  | 'fileManager'
  | 'processManager'
  | 'aliasManager'
  | 'guestWindowsRegistryManager'
  | 'guestCustomizationManager';

const origin = { address: '127.0.0.1', userAgent: 'test' };

export const userAuth = auth('user');

/** Name and password of an account whose password is `password`. */
export function auth(username: string, more: object = {}): object {
  return {
    $type: 'NamePasswordAuthentication',
    interactiveSession: false,
    username,
    password: new Secret('password'),
    ...more,
  };
}

/** An endpoint with guests, on a clock that moves only when told to. Machines are on unless they say otherwise. */
export class GuestEndpoint {
  readonly clock: FakeClock;
  readonly world: World;
  readonly endpoint: Endpoint;
  readonly session: Session;
  readonly #refs: ReadonlyMap<string, Ref>;

  private constructor(world: World, clock: FakeClock, endpoint: Endpoint, refs: ReadonlyMap<string, Ref>) {
    this.world = world;
    this.clock = clock;
    this.endpoint = endpoint;
    this.session = endpoint.sessions.open({ name: 'tester' }, origin);
    this.#refs = refs;
  }

  static async of(
    vms: readonly Partial<InventoryVm>[] = [{}],
    options: { readonly kind?: EndpointKind } = {},
  ): Promise<GuestEndpoint> {
    const clock = new FakeClock();
    const inventory = {
      vms: vms.map((vm, index) => ({
        name: `vm${index}`,
        location: `[store] vm${index}/vm${index}.vmx`,
        power: 'on' as const,
        ...vm,
      })),
    };
    const world = await World.create({ clock, inventory, transitionMs: 0 });
    const endpoint = new Endpoint({ world, kind: options.kind ?? 'vcenter', users: [], idleTimeoutMs: 3_600_000 });
    const address = { host: '127.0.0.1', port: 443, thumbprintSha1: '', hostThumbprintSha1: '' };
    endpoint.address = { ...address, transferOrigin: 'https://*:443' };
    const services = addGuestOperations(endpoint);
    addRestApi(endpoint, { services, login, readBody });
    const refs = new Map<string, Ref>();
    for await (const { id, name } of world.list('registered')) {
      await endpoint.machines.refresh(id);
      const ref = endpoint.machines.byId(id)?.ref;
      if (ref !== undefined) refs.set(name, ref);
    }
    return new GuestEndpoint(world, clock, endpoint, refs);
  }

  ref(name = 'vm0'): Ref {
    const ref = this.#refs.get(name);
    if (ref === undefined) throw new Error(`There is no ${name}.`);
    return ref;
  }

  /** Calls a method of a guest manager with the first machine and its user, unless the arguments say otherwise. */
  async call(manager: ManagerName, method: string, args: object, session: Session = this.session): Promise<unknown> {
    const self = await this.#manager(manager, session);
    const object = isRef(self) ? await this.endpoint.find(self, session) : undefined;
    const bound = object?.method(method);
    if (!isRef(self) || bound === undefined) throw new Error(`There is no ${manager}.${method}.`);
    const signal = new AbortController().signal;
    return bound.run({ session, self, signal, args: { vm: this.ref(), auth: userAuth, ...args } });
  }

  /** Whether a guest manager has a method. */
  async has(manager: ManagerName, method: string): Promise<boolean> {
    const self = await this.#manager(manager, this.session);
    return isRef(self) && (await this.endpoint.find(self, this.session))?.method(method) !== undefined;
  }

  async #manager(name: ManagerName, session: Session): Promise<unknown> {
    const { serviceContent } = this.endpoint;
    if (name === 'guestCustomizationManager') return serviceContent.get(name);
    const managers = serviceContent.get('guestOperationsManager');
    const top = managers === undefined ? undefined : await this.endpoint.find(managers, session);
    return top?.property(name, session);
  }

  /** The fault with which a call must fail. */
  async fault(manager: ManagerName, method: string, args: object, session?: Session): Promise<FaultValue> {
    try {
      await this.call(manager, method, args, session);
    } catch (error) {
      if (error instanceof VimFault) return error.fault;
      throw error instanceof Error ? error : asVimFault(error);
    }
    throw new Error(`${method} succeeded.`);
  }

  async close(): Promise<void> {
    await this.world.close();
  }
}

function login(_endpoint: Endpoint, name: string, password: SecretText): { readonly name: string } {
  if (revealed(password) === 'password') return { name };
  throw new VimFault({ $type: 'InvalidLogin' }, 'Wrong name or password.');
}

async function readBody(request: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && 'type' in value && 'value' in value;
}
