import type { Clock } from '../base/clock.js';
import type { World } from '../world/world.js';
import type { EndpointKind } from './endpoint-kind.js';
import { HttpRoutes } from './http-routes.js';
import { Machines } from './machines.js';
import type { ManagedObject } from './managed-object.js';
import { ObjectRegistry } from './object-registry.js';
import type { Ref } from './ref.js';
import type { Session } from './sessions.js';
import { Sessions, type EndpointUser } from './sessions.js';
import { Tasks } from './tasks.js';

export interface EndpointOptions {
  readonly world: World;
  readonly kind: EndpointKind;
  /** Who may log in; empty: whomever the world's host takes. */
  readonly users: readonly EndpointUser[];
  readonly idleTimeoutMs: number;
}

/**
 * One vCenter or ESXi over a world: its users and sessions, its managed objects, and what it answers over HTTP. The
 * parts of the simulator put their objects, service content and routes into it; the server asks it.
 */
export class Endpoint {
  readonly world: World;
  readonly kind: EndpointKind;
  readonly clock: Clock;
  readonly users: readonly EndpointUser[];
  readonly sessions: Sessions;
  readonly objects: ObjectRegistry = new ObjectRegistry();
  readonly machines: Machines;
  readonly tasks: Tasks;
  readonly routes: HttpRoutes = new HttpRoutes();
  /** Fields of ServiceContent that name managers, like `guestOperationsManager`. */
  readonly serviceContent: Map<string, Ref> = new Map();
  readonly #ofSessions = new WeakMap<Session, ObjectRegistry>();

  constructor(options: EndpointOptions) {
    this.world = options.world;
    this.kind = options.kind;
    this.clock = options.world.clock;
    this.users = options.users;
    this.sessions = new Sessions(this.clock, options.idleTimeoutMs);
    this.tasks = new Tasks(this.clock, this.objects);
    this.machines = new Machines(options.world, (number) =>
      options.kind === 'vcenter' ? `vm-${number}` : String(number),
    );
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
