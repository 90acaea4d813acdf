import type { Lease } from '../connection-pool.js';
import type { VsphereConnection } from '../connection.js';
import { GuestManagers } from '../guest/guest-managers.js';
import { Datacenters } from '../inventory/datacenters.js';
import { findMachine } from '../inventory/find-machine.js';
import type { Ref } from '../soap/values.js';
import { TransferRoutes } from '../transfer/transfer-routes.js';
import { translated } from '../translated.js';
import type { AboutInfo, ObjectContent, PropertyFilterSpec, ServiceContent } from '../vim/generated/types.js';
import type { ArgsOf, MethodName, RefFor, ResultOf } from '../vim/vim-call.js';
import { contextOf, type CallOptions, type TaskOptions } from './call-options.js';
import type { PropertiesAt } from './property-at.js';
import { Turns } from './turns.js';
import { VsphereMachine, type ClientServices } from './vsphere-machine.js';

/**
 * A login at a vCenter or ESXi host, with vSphere's own methods as typed calls. It is kept alive, and renewed when the
 * server has forgotten it; calls that do no harm twice are repeated then.
 *
 * Every method rejects with a `Fault` whose `kind` says what went wrong and whose message says what to do about it;
 * `vimFaultOf` gives the fault of vSphere behind it.
 */
export class VsphereClient {
  readonly #lease: Lease;
  readonly #closed: (() => Promise<void>) | undefined;
  readonly #connection: VsphereConnection;
  readonly #services: ClientServices;
  readonly #datacenters: Datacenters;

  /** @param closed what to do after it was closed. */
  constructor(lease: Lease, closed?: () => Promise<void>) {
    const { connection } = lease;
    this.#lease = lease;
    this.#closed = closed;
    this.#connection = connection;
    this.#datacenters = new Datacenters(connection);
    this.#services = {
      connection,
      managers: new GuestManagers(connection),
      routes: new TransferRoutes(connection),
      turns: new Turns(),
    };
  }

  /** The managers of the server, and its root folder. */
  get content(): ServiceContent {
    return this.#connection.content;
  }

  get about(): AboutInfo {
    return this.#connection.about;
  }

  /** A vCenter, rather than a single ESXi host. */
  get isVcenter(): boolean {
    return this.#connection.isVcenter;
  }

  /** Calls a method of a managed object: `client.call(vm, 'PowerOnVM_Task', {})`. */
  call<Method extends MethodName>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    options: CallOptions = {},
  ): Promise<ResultOf<Method>> {
    const call = contextOf(this.#connection.clock, options);
    return translated({ doing: `${method} on`, to: self.value }, () => this.#connection.call(self, method, args, call));
  }

  /** Waits for the end of a task. @returns its result. An abort cancels the task where that is possible. */
  waitForTask(task: Ref<'Task'>, options: TaskOptions = {}): Promise<unknown> {
    const call = contextOf(this.#connection.clock, options);
    return translated({ doing: 'the task', to: task.value }, () => this.#connection.tasks.wait(task, call));
  }

  /** Reads properties of one object. Those that are not set are missing. */
  async properties<Type extends string, Path extends string>(
    self: Ref<Type>,
    paths: readonly Path[],
    options: CallOptions = {},
  ): Promise<PropertiesAt<Type, Path>> {
    const spec = { propSet: [{ type: self.type, pathSet: paths }], objectSet: [{ obj: self }] };
    for await (const { propSet = [] } of this.retrieve(spec, options)) {
      // The server, not this program, answers for their types.
      return Object.fromEntries(propSet.map(({ name, val }) => [name, val])) as PropertiesAt<Type, Path>;
    }
    return {};
  }

  /** Reads what a filter selects. Long lists come in pages, so leaving the loop early costs nothing more. */
  async *retrieve(spec: PropertyFilterSpec, options: CallOptions = {}): AsyncGenerator<ObjectContent> {
    const pages = this.#connection.retrieve(spec, contextOf(this.#connection.clock, options));
    const context = { doing: 'reading properties from', to: this.about.name };
    try {
      for (;;) {
        const page = await translated(context, () => pages.next());
        if (page.done === true) return;
        yield* page.value;
      }
    } finally {
      await pages.return(undefined);
    }
  }

  /**
   * Finds a machine.
   *
   * @param location `[datastore] folder/name.vmx`, a path in the inventory, or a UUID.
   * @throws Fault `vm-not-found`; `vm-ambiguous` with the candidates.
   */
  async findMachine(location: string, options: CallOptions = {}): Promise<VsphereMachine> {
    const call = contextOf(this.#connection.clock, options);
    const { ref } = await translated({ doing: 'finding', to: location }, () =>
      findMachine(this.#connection, this.#datacenters, location, call),
    );
    return new VsphereMachine(this.#services, ref, location);
  }

  /** The machine behind a reference. @param label its name, for messages. */
  machine(ref: Ref<'VirtualMachine'>, label: string = ref.value): VsphereMachine {
    return new VsphereMachine(this.#services, ref, label);
  }

  /** Gives the login back; the last client or VIX connection that shares it logs out. Idempotent; never rejects. */
  async close(): Promise<void> {
    await this.#lease.release();
    await this.#closed?.();
  }
}
