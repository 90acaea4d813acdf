import { Fault } from '../base/fault.js';
import type { ConnectTarget, ProviderName } from '../backends/backend.js';
import type { Capability } from '../backends/capabilities.js';
import { Secret } from '../base/secret.js';
import { faultCode, VixFailure } from '../errors/vix-failure.js';
import { PropertyList } from '../handles/property-list.js';
import { immediateChannel, PumpChannel } from '../jobs/event-channel.js';
import { describeJob, type JobContext } from '../jobs/job.js';
import {
  VIX_E_HOST_CONNECTION_LOST,
  VIX_E_INVALID_ARG,
  VIX_FIND_REGISTERED_VMS,
  VIX_FIND_RUNNING_VMS,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_HOSTOPTION_VERIFY_SSL_CERT,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_SERVICEPROVIDER_VMWARE_PLAYER,
  VIX_SERVICEPROVIDER_VMWARE_SERVER,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION_SHARED,
} from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { withoutUserInfo } from '../base/secret.js';
import { filledText, integer, optionalText, text } from './arguments.js';
import { HostState } from './handle-states.js';
import { openVm, resultHandle } from './open-vm.js';
import {
  requireCapability,
  startHostJob,
  startJob,
  takenList,
  type VixCallback,
  type VixListHandle,
} from './start-job.js';
import type { HostEntry, VixRuntime } from './vix-runtime.js';

/** Names of the service providers by their numbers. */
export const providerNames: ReadonlyMap<number, ProviderName> = new Map([
  [VIX_SERVICEPROVIDER_DEFAULT, 'default'],
  [VIX_SERVICEPROVIDER_VMWARE_SERVER, 'server'],
  [VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, 'workstation'],
  [VIX_SERVICEPROVIDER_VMWARE_PLAYER, 'player'],
  [VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, 'vi-server'],
  [VIX_SERVICEPROVIDER_VMWARE_WORKSTATION_SHARED, 'workstation-shared'],
]);

const finds: ReadonlyMap<number, { readonly filter: 'running' | 'registered'; readonly capability: Capability }> =
  new Map([
    [VIX_FIND_RUNNING_VMS, { filter: 'running', capability: 'findRunning' }],
    [VIX_FIND_REGISTERED_VMS, { filter: 'registered', capability: 'findRegistered' }],
  ]);

/** The functions with the prefix `VixHost_`. */
export function vixHostFunctions(runtime: VixRuntime) {
  return {
    /** Connects to a host; the job's result handle is the host. */
    VixHost_Connect(
      apiVersion: number,
      hostType: number,
      hostName: string | null,
      hostPort: number,
      userName: string | null,
      password: string | null,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const call = 'VixHost_Connect';
      const isPumped = typeof options === 'number' && (options & VIX_HOSTOPTION_USE_EVENT_PUMP) !== 0;
      const list = takenList(runtime, propertyListHandle);
      const channel = isPumped ? new PumpChannel(runtime.unpumped) : immediateChannel;
      return startJob(runtime, {
        call,
        callback: callbackProc,
        clientData,
        channel,
        target: typeof hostName === 'string' && hostName !== '' ? withoutUserInfo(hostName) : 'the local host',
        work: async (context) => {
          integer('apiVersion', apiVersion);
          list();
          const target = connectTarget(hostType, hostName, hostPort, userName, password, options);
          const host = await connect(runtime, target, hostType, channel, call, context);
          resultHandle(runtime, context, host);
        },
      });
    },

    /** Ends a connection and everything obtained through it; its unfinished jobs end with `VIX_E_CANCELLED`. */
    VixHost_Disconnect(hostHandle: VixHandle): void {
      const host = runtime.table.lookup(hostHandle, 'host');
      if (typeof host !== 'number') runtime.table.kill(host);
    },

    /** Adds a virtual machine to the inventory; no error when it is there already. */
    VixHost_RegisterVM(
      hostHandle: VixHandle,
      vmxFilePath: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixHost_RegisterVM', callback: callbackProc, clientData };
      return startHostJob(runtime, hostHandle, tail, {
        capability: 'registration',
        work: ({ payload }, context) => {
          const location = payload.paths.toHost(filledText('vmxFilePath', vmxFilePath));
          return payload.link.registerVm(location, context);
        },
      });
    },

    /** Removes a virtual machine from the inventory; no error when it is not there. */
    VixHost_UnregisterVM(
      hostHandle: VixHandle,
      vmxFilePath: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixHost_UnregisterVM', callback: callbackProc, clientData };
      return startHostJob(runtime, hostHandle, tail, {
        capability: 'registration',
        work: ({ payload }, context) => {
          const location = payload.paths.toHost(filledText('vmxFilePath', vmxFilePath));
          return payload.link.unregisterVm(location, context);
        },
      });
    },

    /**
     * Lists virtual machines: each comes as a FIND_ITEM event, and all of them stay on the finished job as instances
     * of `VIX_PROPERTY_FOUND_ITEM_LOCATION`. As an addition to VIX, `VIX_PROPERTY_JOB_RESULT_ITEM_NAME` is the name of
     * each.
     */
    VixHost_FindItems(
      hostHandle: VixHandle,
      searchType: number,
      searchCriteria: VixListHandle,
      timeout: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixHost_FindItems', callback: callbackProc, clientData };
      const list = takenList(runtime, searchCriteria);
      return startHostJob(runtime, hostHandle, tail, {
        work: async (host, context) => {
          const find = finds.get(integer('searchType', searchType));
          if (find === undefined) {
            const message = `parameter searchType is ${searchType}; use VIX_FIND_RUNNING_VMS or VIX_FIND_REGISTERED_VMS`;
            throw new VixFailure(VIX_E_INVALID_ARG, message);
          }
          list();
          integer('timeout', timeout);
          requireCapability(host, find.capability);
          await findItems(host, find.filter, context);
        },
      });
    },

    /** Opens a virtual machine; the job's result handle is the VM. Opening it again gives the same handle. */
    VixHost_OpenVM(
      hostHandle: VixHandle,
      vmxFilePathName: string,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const call = 'VixHost_OpenVM';
      const tail = { call, callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startHostJob(runtime, hostHandle, tail, {
        work: async (host, context) => {
          const location = filledText('vmxFilePathName', vmxFilePathName);
          integer('options', options);
          const password = encryptionPassword(list());
          await openVm(runtime, host, location, password, call, context);
        },
      });
    },

    /** Opens a virtual machine, as `VixHost_OpenVM` without options. */
    VixVM_Open(
      hostHandle: VixHandle,
      vmxFilePathName: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const call = 'VixVM_Open';
      const tail = { call, callback: callbackProc, clientData };
      return startHostJob(runtime, hostHandle, tail, {
        work: async (host, context) => {
          const location = filledText('vmxFilePathName', vmxFilePathName);
          await openVm(runtime, host, location, null, call, context);
        },
      });
    },
  };
}

function connectTarget(
  hostType: number,
  hostName: string | null,
  hostPort: number,
  userName: string | null,
  password: string | null,
  options: number,
): ConnectTarget {
  const provider = providerNames.get(integer('hostType', hostType));
  if (provider === undefined) {
    const message = `parameter hostType is ${hostType}; use one of the VIX_SERVICEPROVIDER_ constants`;
    throw new VixFailure(VIX_E_INVALID_ARG, message);
  }
  const port = integer('hostPort', hostPort);
  if (port < 0 || port > 65_535)
    throw new VixFailure(VIX_E_INVALID_ARG, `parameter hostPort is ${port}; use 0 to 65535`);
  const user = optionalText('userName', userName);
  const secret = optionalText('password', password);
  return {
    provider,
    hostName: optionalText('hostName', hostName) || null,
    hostPort: port,
    userName: user || null,
    password: secret === '' ? null : new Secret(secret),
    verifyTls: (integer('options', options) & VIX_HOSTOPTION_VERIFY_SSL_CERT) !== 0,
    settings: {},
  };
}

async function connect(
  runtime: VixRuntime,
  target: ConnectTarget,
  hostType: number,
  channel: typeof immediateChannel,
  call: string,
  context: JobContext,
): Promise<HostEntry> {
  const choice = runtime.registry.choose(target);
  const link = await choice.module.connect(choice.target, context);
  const state = new HostState(link, hostType, choice.paths, channel, (tidied) =>
    runtime.endInBackground(tidied.then(() => link.close())),
  );
  const entry: HostEntry = runtime.table.add('host', state, call);
  if (channel instanceof PumpChannel) channel.post(() => (channel.isAttached = true));
  link.onLost((fault) => {
    const isTold = fault instanceof Fault && fault.kind === 'connection-lost';
    const code = isTold ? faultCode(fault) : VIX_E_HOST_CONNECTION_LOST;
    for (const child of entry.children()) {
      const job = runtime.table.lookup(child.handle, 'job');
      if (typeof job === 'number') continue;
      const message = `${describeJob(job.payload)}: the connection to ${link.about.product} was lost: ${fault.message}`;
      job.payload.fail(new VixFailure(code, message, fault));
    }
  });
  return entry;
}

async function findItems(host: HostEntry, filter: 'running' | 'registered', context: JobContext): Promise<void> {
  for await (const vm of host.payload.link.findVms(filter, context)) {
    const item = new PropertyList();
    item.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, { type: 'string', value: host.payload.paths.toProgram(vm.location) });
    item.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: vm.name });
    context.foundItem(item);
  }
}

function encryptionPassword(list: PropertyList | undefined): Secret | null {
  const value = list?.get(VIX_PROPERTY_VM_ENCRYPTION_PASSWORD);
  if (value === undefined || typeof value === 'number') return null;
  return new Secret(text('VIX_PROPERTY_VM_ENCRYPTION_PASSWORD', value.value));
}
