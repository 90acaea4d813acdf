import type { CallContext } from '../backends/backend.js';
import type { Capability } from '../backends/capabilities.js';
import { Fault } from '../base/fault.js';
import type { PropertyList } from '../handles/property-list.js';
import type { LaneUse } from '../jobs/lane.js';
import { VixFailure } from '../errors/vix-failure.js';
import {
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS,
  VIX_CLONETYPE_FULL,
  VIX_CLONETYPE_LINKED,
  VIX_E_INVALID_ARG,
  VIX_E_SCREEN_CAPTURE_BAD_FORMAT,
  VIX_E_TIMEOUT_WAITING_FOR_TOOLS,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_INSTALLTOOLS_AUTO_UPGRADE,
  VIX_INSTALLTOOLS_RETURN_IMMEDIATELY,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_VM_NAME,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_GUEST_VARIABLE,
  VIX_VMDELETE_DISK_FILES,
} from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { filledText, integer, optionalText, text } from './arguments.js';
import { openVm, takenSnapshot } from './open-vm.js';
import {
  requireCapability,
  requireLogin,
  startGuestJob,
  startVmJob,
  takenList,
  type VixCallback,
  type VixListHandle,
} from './start-job.js';
import { withTimeLimit } from './time-limit.js';
import type { VixRuntime } from './vix-runtime.js';

/** What a kind of variable needs of a host, and how its jobs take turns: an environment variable is a guest request. */
const variableKinds: ReadonlyMap<
  number,
  { readonly read: Capability; readonly write: Capability; readonly lane?: LaneUse }
> = new Map([
  [VIX_VM_GUEST_VARIABLE, { read: 'guestVariables', write: 'guestVariables', lane: 'request' }],
  [VIX_VM_CONFIG_RUNTIME_ONLY, { read: 'configRead', write: 'configWrite', lane: 'request' }],
  [VIX_GUEST_ENVIRONMENT_VARIABLE, { read: 'guest', write: 'environmentWrite' }],
]);

/** The remaining functions with the prefix `VixVM_`: lifecycle, Tools, variables, screen. */
export function vixVmFunctions(runtime: VixRuntime) {
  return {
    /** Deletes a virtual machine, with its disks or without. The handle stays until it is released. */
    VixVM_Delete(
      vmHandle: VixHandle,
      deleteOptions: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_Delete', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'delete',
        lane: 'exclusive',
        work: async (vm, context) => {
          const keepDisks = (integer('deleteOptions', deleteOptions) & VIX_VMDELETE_DISK_FILES) === 0;
          if (keepDisks) requireCapability(vm.payload.host, 'keepDisksOnDelete');
          await vm.payload.link.lifecycle.delete({ keepDisks }, context);
          // A virtual machine that takes its place must not be found under the old handle.
          vm.payload.host.payload.vms.delete(vm);
        },
      });
    },

    /**
     * Clones a virtual machine; the job's result handle is the clone. A property list may hold its display name
     * (`VIX_PROPERTY_VM_NAME`).
     */
    VixVM_Clone(
      vmHandle: VixHandle,
      snapshotHandle: VixHandle | 0,
      cloneType: number,
      destConfigPathName: string,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const call = 'VixVM_Clone';
      const tail = { call, callback: callbackProc, clientData };
      const snapshot = snapshotHandle === 0 ? undefined : takenSnapshot(runtime, snapshotHandle);
      const list = takenList(runtime, propertyListHandle);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'clone',
        lane: 'exclusive',
        work: async (vm, context) => {
          const { host, link } = vm.payload;
          const type = integer('cloneType', cloneType);
          if (type !== VIX_CLONETYPE_FULL && type !== VIX_CLONETYPE_LINKED) {
            throw new VixFailure(VIX_E_INVALID_ARG, `parameter cloneType is ${type}; use a VIX_CLONETYPE_ constant`);
          }
          const isLinked = type === VIX_CLONETYPE_LINKED;
          if (isLinked) requireCapability(host, 'linkedClone');
          const path = filledText('destConfigPathName', destConfigPathName);
          integer('options', options);
          const name = cloneName(list());
          const snapshotId = snapshot?.(vm) ?? null;
          const destination = host.payload.paths.toHost(path);
          const location = await link.lifecycle.clone({ snapshotId, isLinked, destination, ...name }, context);
          const known = host.payload.paths.toProgram(location);
          await openVm(runtime, host, known, null, call, context);
        },
      });
    },

    /** Raises the virtual hardware to the newest version; no error when it is that already. */
    VixVM_UpgradeVirtualHardware(
      vmHandle: VixHandle,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_UpgradeVirtualHardware', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'hardwareUpgrade',
        lane: 'exclusive',
        work: (vm, context) => {
          integer('options', options);
          return vm.payload.link.lifecycle.upgradeHardware(context);
        },
      });
    },

    /** Waits until Tools runs in the guest. A time-out of 0 or less waits for ever. */
    VixVM_WaitForToolsInGuest(
      vmHandle: VixHandle,
      timeoutInSeconds: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_WaitForToolsInGuest', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'guest',
        work: (vm, context) => {
          const seconds = integer('timeoutInSeconds', timeoutInSeconds);
          const { link, session } = vm.payload;
          const probe =
            session === undefined
              ? undefined
              : (probing: CallContext) => session.request(probing, () => session.ops.validate(probing));
          const wait = (waiting: CallContext): Promise<void> => link.tools.waitUntilRunning(waiting, probe);
          if (seconds <= 0) return wait(context);
          const expired = new VixFailure(VIX_E_TIMEOUT_WAITING_FOR_TOOLS, `Tools did not run within ${seconds} s`);
          const waiting = withTimeLimit(context, seconds * 1000, expired, wait);
          return waiting.catch(async (error: unknown) => {
            if (error !== expired) throw error;
            const { question } = await link.properties(context);
            const nextStep =
              question === null
                ? 'check that the guest boots and that Tools is installed in it'
                : `the machine waits for the answer to a question: ${question}`;
            throw new VixFailure(VIX_E_TIMEOUT_WAITING_FOR_TOOLS, `${expired.message}; ${nextStep}`);
          });
        },
      });
    },

    /** Connects the Tools installer, or upgrades Tools. */
    VixVM_InstallTools(
      vmHandle: VixHandle,
      options: number,
      commandLineArgs: string | null,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_InstallTools', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'toolsInstall',
        work: (vm, context) => {
          const flags = integer('options', options);
          if (optionalText('commandLineArgs', commandLineArgs) !== '') {
            throw new VixFailure(VIX_E_INVALID_ARG, 'parameter commandLineArgs must be null');
          }
          const autoUpgrade = (flags & VIX_INSTALLTOOLS_AUTO_UPGRADE) !== 0;
          const waitForEnd = (flags & VIX_INSTALLTOOLS_RETURN_IMMEDIATELY) === 0;
          return vm.payload.link.tools.install({ autoUpgrade, waitForEnd }, context);
        },
      });
    },

    /** Reads a guest variable, a configuration entry, or an environment variable of the guest. Unset reads as "". */
    VixVM_ReadVariable(
      vmHandle: VixHandle,
      variableType: number,
      name: string,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_ReadVariable', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: variableKinds.get(variableType)?.read,
        lane: variableKinds.get(variableType)?.lane,
        work: async (vm, context) => {
          const type = integer('variableType', variableType);
          const variable = filledText('name', name);
          integer('options', options);
          const { variables } = vm.payload.link;
          let value: string;
          if (type === VIX_VM_GUEST_VARIABLE) {
            value = await variables.readGuestVariable(variable, context);
          } else if (type === VIX_VM_CONFIG_RUNTIME_ONLY) {
            value = await variables.readConfig(variable, context);
          } else if (type === VIX_GUEST_ENVIRONMENT_VARIABLE) {
            const session = requireLogin(vm);
            value = await session.request(context, () => session.ops.readEnvironment(variable, context));
          } else {
            throw unknownVariableType(type);
          }
          context.results.add(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, { type: 'string', value });
        },
      });
    },

    /** Writes a guest variable, a run-time configuration entry, or an environment variable of the guest. */
    VixVM_WriteVariable(
      vmHandle: VixHandle,
      variableType: number,
      valueName: string,
      value: string,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_WriteVariable', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: variableKinds.get(variableType)?.write,
        lane: variableKinds.get(variableType)?.lane,
        work: async (vm, context) => {
          const type = integer('variableType', variableType);
          const variable = writableName(filledText('valueName', valueName), type);
          const content = text('value', value);
          integer('options', options);
          const { variables } = vm.payload.link;
          if (type === VIX_VM_GUEST_VARIABLE) {
            await variables.writeGuestVariable(variable, content, context);
          } else if (type === VIX_VM_CONFIG_RUNTIME_ONLY) {
            await variables.writeConfig(variable, content, context);
          } else if (type === VIX_GUEST_ENVIRONMENT_VARIABLE) {
            const session = requireLogin(vm);
            await session.request(context, () => session.ops.writeEnvironment(variable, content, context));
          } else {
            throw unknownVariableType(type);
          }
        },
      });
    },

    /** Captures the console as a PNG. */
    VixVM_CaptureScreenImage(
      vmHandle: VixHandle,
      captureType: number,
      additionalProperties: VixListHandle,
      callbackProc: VixCallback,
      clientdata: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_CaptureScreenImage', callback: callbackProc, clientData: clientdata };
      const list = takenList(runtime, additionalProperties);
      return startGuestJob(
        runtime,
        vmHandle,
        tail,
        async (session, context) => {
          const format = integer('captureType', captureType);
          list();
          if (format !== VIX_CAPTURESCREENFORMAT_PNG && format !== VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS) {
            const message = `parameter captureType is ${format}; use a VIX_CAPTURESCREENFORMAT_PNG constant`;
            throw new VixFailure(VIX_E_SCREEN_CAPTURE_BAD_FORMAT, message);
          }
          const isCompressed = format === VIX_CAPTURESCREENFORMAT_PNG;
          const image = await session.request(context, () => session.ops.captureScreen({ isCompressed }, context));
          context.results.add(VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE, { type: 'integer', value: image.byteLength });
          context.results.add(VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, { type: 'blob', value: image });
        },
        'screenshot',
      );
    },
  };
}

/** The display name in the property list of a clone. */
function cloneName(list: PropertyList | undefined): { readonly name?: string } {
  const value = list?.get(VIX_PROPERTY_VM_NAME);
  if (value === undefined || typeof value === 'number') return {};
  return { name: filledText('VIX_PROPERTY_VM_NAME', value.value) };
}

function unknownVariableType(type: number): VixFailure {
  const message =
    `parameter variableType is ${type}; use VIX_VM_GUEST_VARIABLE, VIX_VM_CONFIG_RUNTIME_ONLY or ` +
    'VIX_GUEST_ENVIRONMENT_VARIABLE';
  return new VixFailure(VIX_E_INVALID_ARG, message);
}

/** A name under which a variable can be written: "=" has no place in it, and "/" none in that of a guest variable. */
function writableName(name: string, type: number): string {
  const forbidden = type === VIX_VM_GUEST_VARIABLE ? /[=/]/ : /=/;
  if (!forbidden.test(name)) return name;
  throw new Fault('invalid-argument', `the variable name "${name}" holds a character that cannot be written (= or /)`);
}
