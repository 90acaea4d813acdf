import { Fault } from '../../../base/fault.js';
import type { GuestManagers } from '../guest/guest-managers.js';
import { familyPaths, KnownFamily } from '../guest/known-family.js';
import { MachineTools } from '../rest/machine-tools.js';
import type { ToolsInfo, ToolsUpgradePolicy } from '../rest/tools-info.js';
import type { VsphereConnection } from '../connection.js';
import { MachineReference } from '../inventory/machine-reference.js';
import type { Properties } from '../properties.js';
import type { Ref } from '../soap/values.js';
import type { TransferRoutes } from '../transfer/transfer-routes.js';
import { translated } from '../translated.js';
import { contextOf, type CallOptions, type TaskOptions } from './call-options.js';
import { GuestClient } from './guest-client.js';
import { guestLoginOf, type GuestLogin } from './guest-login.js';
import type { Turns } from './turns.js';

/** What all machines of one client share. */
export interface ClientServices {
  readonly connection: VsphereConnection;
  readonly managers: GuestManagers;
  readonly routes: TransferRoutes;
  readonly turns: Turns;
}

/** VMware Tools of a machine: over the REST API of a vCenter, or over SOAP where there is none. */
export interface ToolsClient {
  /** What is known of Tools. */
  info(options?: CallOptions): Promise<ToolsInfo>;
  /** Says when Tools upgrades itself. */
  setUpgradePolicy(policy: ToolsUpgradePolicy, options?: TaskOptions): Promise<void>;
  /** Begins to upgrade Tools; `info` tells when it is through. @param commandLine for the installer in the guest. */
  upgrade(commandLine?: string, options?: CallOptions): Promise<void>;
  /** Whether the disc with the installer is in the drive. */
  isInstallerConnected(options?: CallOptions): Promise<boolean>;
  /** Puts the installer's disc in; Windows guests may begin to install by that. */
  connectInstaller(options?: CallOptions): Promise<void>;
  /** Takes the installer's disc out. */
  disconnectInstaller(options?: CallOptions): Promise<void>;
}

/** One virtual machine. Every method rejects with a `Fault`. */
export class VsphereMachine {
  readonly ref: Ref<'VirtualMachine'>;
  /** What it was found by, for messages. */
  readonly label: string;
  readonly tools: ToolsClient;
  readonly #services: ClientServices;

  constructor(services: ClientServices, ref: Ref<'VirtualMachine'>, label: string) {
    const { connection } = services;
    this.ref = ref;
    this.label = label;
    this.#services = services;
    const tools = new MachineTools(connection, connection.rest, ref, label);
    const context = (options: TaskOptions = {}) => contextOf(connection.clock, options);
    this.tools = {
      info: (options) => tools.info(context(options)),
      setUpgradePolicy: (policy, options) => tools.setUpgradePolicy(policy, context(options)),
      upgrade: (commandLine, options) => tools.upgrade(commandLine, context(options)),
      isInstallerConnected: (options) => tools.isInstallerConnected(context(options)),
      connectInstaller: (options) => tools.connectInstaller(context(options)),
      disconnectInstaller: (options) => tools.disconnectInstaller(context(options)),
    };
  }

  /** Guest operations in the name of a user. Nothing is asked of the guest before the first call. */
  async guest(login: GuestLogin, options: CallOptions = {}): Promise<GuestClient> {
    const { connection, managers, routes, turns } = this.#services;
    const call = contextOf(connection.clock, options);
    const values = await this.#run('looking at the guest of', () => connection.properties(this.ref, familyPaths, call));
    return new GuestClient({
      connection,
      managers,
      routes,
      machine: new MachineReference(this.ref),
      vmName: this.label,
      family: new KnownFamily(values),
      ...guestLoginOf(login),
      turn: (request, signal) => turns.take(this.ref.value, request, signal),
    });
  }

  /**
   * Waits until the guest takes operations. Has no time limit of its own.
   *
   * @param options `isInteractive`: until it takes those in the session at the console.
   * @throws Fault `vm-not-running` when the machine does not run.
   */
  waitForGuestOperations(options: CallOptions & { readonly isInteractive?: boolean } = {}): Promise<void> {
    const { connection } = this.#services;
    const path = options.isInteractive === true ? 'interactiveGuestOperationsReady' : 'guestOperationsReady';
    const isReady = (values: Properties): true | undefined => {
      if (values.get('runtime.powerState') !== 'poweredOn') {
        throw new Fault('vm-not-running', `${this.label} does not run. Power it on first.`);
      }
      return values.get(`guest.${path}`) === true ? true : undefined;
    };
    return this.#run('waiting for guest operations of', async () => {
      await connection.waitForVm(this.ref, isReady, contextOf(connection.clock, options));
    });
  }

  #run<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return translated({ doing, to: this.label }, work);
  }
}
