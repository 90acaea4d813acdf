import type { Schema } from '../backends/vsphere/soap/schema.js';
import type { Clock } from '../base/clock.js';
import type { World } from '../world/world.js';
import type { EndpointKind } from './endpoint-kind.js';
import { endpointSchema } from './endpoint-schema.js';
import { EventLog } from './history/event-log.js';
import { HttpRoutes } from './http-routes.js';
import { Inventory } from './inventory/inventory.js';
import { Machines } from './machines.js';
import type { ManagedObject } from './managed-object.js';
import { ObjectRegistry } from './object-registry.js';
import type { Ref } from './ref.js';
import { SamlTokens } from './service/saml-tokens.js';
import { ServiceTickets } from './service/service-tickets.js';
import type { Session } from './sessions.js';
import { Sessions, type EndpointUser } from './sessions.js';
import { Tasks } from './tasks.js';
import { VimFault } from './vim-fault.js';
import { ExportLeases } from './vm/export-leases.js';

export interface EndpointOptions {
  readonly world: World;
  readonly kind: EndpointKind;
  /** Who may log in; empty: whomever the world's host takes. */
  readonly users: readonly EndpointUser[];
  readonly idleTimeoutMs: number;
  /** The one datacentre of the world that an ESXi shows. */
  readonly datacenter?: string;
}

/** Where an endpoint listens, and how its certificate is recognised. */
export interface EndpointAddress {
  readonly host: string;
  readonly port: number;
  /** `AB:CD:...`; empty without TLS. */
  readonly thumbprintSha1: string;
  /** Of the certificate of its hosts, which serve transfers of guest files and disks. */
  readonly hostThumbprintSha1: string;
  /** Where the URLs of such transfers begin: `https://host:port`; `*` stands for the server that the client called. */
  readonly transferOrigin: string;
}

/**
 * One vCenter or ESXi over a world: its users and sessions, its managed objects, and what it answers over HTTP. The
 * parts of the simulator put their objects, service content and routes into it; the server asks it.
 */
export class Endpoint {
  readonly world: World;
  readonly kind: EndpointKind;
  readonly clock: Clock;
  /** The types and methods that the wire knows. */
  readonly schema: Schema = endpointSchema;
  readonly users: readonly EndpointUser[];
  readonly sessions: Sessions;
  readonly objects: ObjectRegistry = new ObjectRegistry();
  readonly machines: Machines;
  readonly inventory: Inventory;
  readonly tasks: Tasks;
  readonly events: EventLog;
  readonly tickets: ServiceTickets;
  readonly tokens: SamlTokens;
  readonly leases: ExportLeases;
  readonly routes: HttpRoutes = new HttpRoutes();
  /** Fields of ServiceContent that name managers, like `guestOperationsManager`. */
  readonly serviceContent: Map<string, Ref> = new Map();
  readonly startedMs: number;
  /** Where clients reach it; undefined before it listens. */
  address: EndpointAddress | undefined;
  readonly #closing = new AbortController();
  readonly #ofSessions = new WeakMap<Session, ObjectRegistry>();

  constructor(options: EndpointOptions) {
    this.world = options.world;
    this.kind = options.kind;
    this.clock = options.world.clock;
    this.startedMs = this.clock.now();
    this.users = options.users;
    this.sessions = new Sessions(this.clock, options.idleTimeoutMs, (object) => this.inventory.lineOf(object));
    this.tasks = new Tasks(this.clock, this.objects, this.closed);
    this.events = new EventLog(this.clock);
    this.tickets = new ServiceTickets(this.clock);
    this.tokens = new SamlTokens(this.clock);
    this.leases = new ExportLeases(this.clock);
    const prefix = options.kind === 'vcenter' ? 'vm-' : '';
    this.machines = new Machines(options.world, (number) => `${prefix}${number}`, options.datacenter);
    this.inventory = new Inventory(options.kind, this.machines, this.objects);
  }

  /** Aborted when the endpoint ends. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends all sessions, tasks and whatever else goes on. */
  close(): void {
    this.#closing.abort(new VimFault({ $type: 'RequestCanceled' }, 'The simulator is being closed.'));
    this.sessions.closeAll();
  }

  /** Adds a manager that clients find in the service content under a field's name. */
  addManager(field: string, manager: ManagedObject): void {
    this.objects.add(manager);
    this.serviceContent.set(field, manager.ref);
  }

  /** Views, filters, collectors: what only this session sees. They end with it. */
  objectsOf(session: Session): ObjectRegistry {
    const known = this.#ofSessions.get(session);
    if (known !== undefined) return known;
    const made = new ObjectRegistry();
    this.#ofSessions.set(session, made);
    return made;
  }

  /** An object that a session can see; undefined when there is none. */
  async find(ref: Ref, session: Session): Promise<ManagedObject | undefined> {
    return (await this.#ofSessions.get(session)?.find(ref)) ?? (await this.objects.find(ref));
  }
}
