import { Fault, type FaultKind } from '../../../base/fault.js';
import type { CallContext } from '../../backend.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { faultFrom, type FaultContext } from '../errors/fault-from.js';
import { isVimError } from '../errors/vim-error.js';
import type { Ref } from '../soap/values.js';
import { RestError, RestUnavailable } from './rest-error.js';
import type { RestRequest, RestSession } from './rest-session.js';
import {
  policiesOverSoap,
  type ToolsInfo,
  toolsInfoOfRest,
  toolsInfoOfSoap,
  toolsPaths,
  type ToolsUpgradePolicy,
} from './tools-info.js';

/** What the errors of the REST API mean for Tools. */
const kinds: Readonly<Record<string, FaultKind>> = {
  NOT_FOUND: 'vm-not-found',
  UNAUTHENTICATED: 'host-permission',
  UNAUTHORIZED: 'host-permission',
  NOT_ALLOWED_IN_CURRENT_STATE: 'vm-not-running',
  SERVICE_UNAVAILABLE: 'tools-not-running',
  RESOURCE_BUSY: 'busy',
  UNSUPPORTED: 'not-supported',
  INVALID_ARGUMENT: 'invalid-argument',
};

/**
 * VMware Tools of one machine, over the REST API of a vCenter, or over SOAP where there is none. The older form of the REST
 * API is only read; what changes something then goes over SOAP, too.
 */
export class MachineTools {
  readonly #connection: VsphereConnection;
  readonly #rest: RestSession | undefined;

  readonly #vm: Ref<'VirtualMachine'>;
  readonly #label: string;
  /** A reference's value is the machine's name in the REST API as well. */
  readonly #path: string;

  /**
   * @param rest undefined where the host is known to have no REST API.
   * @param label name of the machine, for messages.
   */
  constructor(connection: VsphereConnection, rest: RestSession | undefined, vm: Ref<'VirtualMachine'>, label: string) {
    this.#connection = connection;
    this.#rest = rest;
    this.#vm = vm;
    this.#label = label;
    this.#path = `/vcenter/vm/${encodeURIComponent(vm.value)}`;
  }

  /** @throws Fault. */
  info(call: CallSignal): Promise<ToolsInfo> {
    return this.#run('reading of VMware Tools of', async () => {
      const body = await this.#read(`${this.#path}/tools`, call);
      const info = body === nothing ? undefined : toolsInfoOfRest(body);
      return info ?? toolsInfoOfSoap(await this.#connection.properties(this.#vm, toolsPaths, call));
    });
  }

  /** Says when Tools upgrades itself. @throws Fault. */
  setUpgradePolicy(policy: ToolsUpgradePolicy, call: CallContext): Promise<void> {
    return this.#run('setting when VMware Tools upgrades in', async () => {
      const body = { upgrade_policy: policy };
      if (await this.#change({ method: 'PATCH', path: `${this.#path}/tools`, body }, call)) return;
      const spec = { tools: { toolsUpgradePolicy: policiesOverSoap[policy] } };
      await this.#connection.tasks.run(this.#vm, 'ReconfigVM_Task', { spec }, call);
    });
  }

  /**
   * Begins to upgrade Tools; `info` tells when it is through. Does nothing while it is being upgraded already.
   *
   * @param commandLine options for the installer inside the guest.
   * @throws Fault.
   */
  upgrade(commandLine: string | undefined, call: CallSignal): Promise<void> {
    return this.#run('upgrading VMware Tools in', async () => {
      const path = `${this.#path}/tools?action=upgrade`;
      const body = commandLine === undefined ? {} : { command_line_options: commandLine };
      try {
        if (await this.#change({ method: 'POST', path, body }, call)) return;
        const args = { installerOptions: commandLine };
        await this.#connection.tasks.start(this.#vm, 'UpgradeTools_Task', args, call.signal);
      } catch (error) {
        if (!isDoneAlready(error)) throw error;
      }
    });
  }

  /** Whether the disc with the installer of Tools is in the machine's drive. @throws Fault. */
  isInstallerConnected(call: CallSignal): Promise<boolean> {
    return this.#run('asking for the installer of VMware Tools in', async () => {
      const body = await this.#read(`${this.#path}/tools/installer`, call);
      if (typeof body === 'object' && body !== null && 'is_connected' in body) return body.is_connected === true;
      const values = await this.#connection.properties(this.#vm, ['runtime.toolsInstallerMounted'], call);
      return values.get('runtime.toolsInstallerMounted') ?? false;
    });
  }

  /** Puts the installer's disc in, if it is not in already; Windows guests may begin to install by that. @throws Fault. */
  connectInstaller(call: CallSignal): Promise<void> {
    return this.#run('connecting the installer of VMware Tools to', async () => {
      const path = `${this.#path}/tools/installer?action=connect`;
      try {
        if (await this.#change({ method: 'POST', path }, call)) return;
        await this.#connection.call(this.#vm, 'MountToolsInstaller', {}, call);
      } catch (error) {
        if (!isDoneAlready(error)) throw error;
      }
    });
  }

  /** Takes the installer's disc out. @throws Fault. */
  disconnectInstaller(call: CallSignal): Promise<void> {
    return this.#run('disconnecting the installer of VMware Tools from', async () => {
      const path = `${this.#path}/tools/installer?action=disconnect`;
      if (await this.#change({ method: 'POST', path }, call)) return;
      await this.#connection.call(this.#vm, 'UnmountToolsInstaller', {}, call);
    });
  }

  /** What a GET gives; `nothing` where there is no REST API. */
  async #read(path: string, call: CallSignal): Promise<unknown> {
    if (this.#rest === undefined) return nothing;
    try {
      return await this.#rest.send({ method: 'GET', path, signal: call.signal });
    } catch (error) {
      if (error instanceof RestUnavailable) return nothing;
      throw error;
    }
  }

  /** Whether the newer form of the REST API has taken a change. */
  async #change(request: Omit<RestRequest, 'signal'>, { signal }: CallSignal): Promise<boolean> {
    if (this.#rest === undefined) return false;
    try {
      if ((await this.#rest.form(signal)) !== 'api') return false;
      await this.#rest.send({ ...request, signal });
      return true;
    } catch (error) {
      if (error instanceof RestUnavailable) return false;
      throw error;
    }
  }

  async #run<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const context: FaultContext = { doing, to: this.#label };
    try {
      return await work();
    } catch (error) {
      throw error instanceof RestError ? faultOfRest(error, context) : faultFrom(error, context);
    }
  }
}

const nothing = Symbol('no REST API');

function isDoneAlready(error: unknown): boolean {
  if (error instanceof RestError) return error.type === 'ALREADY_IN_DESIRED_STATE';
  return isVimError(error, 'ToolsAlreadyUpgraded', 'ToolsInstallationInProgress');
}

function faultOfRest(error: RestError, { doing, to }: FaultContext): Fault {
  const kind = kinds[error.type] ?? 'internal';
  const said = error.message === error.type ? error.type : `${error.message} (${error.type})`;
  return new Fault(kind, `${doing} ${to}: the REST API of the vCenter answered: ${said}`, {
    retryable: kind === 'busy' ? 'same-call' : 'no',
    cause: error,
  });
}
