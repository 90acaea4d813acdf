import { Fault } from '../../base/fault.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import type { MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { VimFault } from '../vim-fault.js';
import { asVimFault, type FaultContext } from '../world-faults.js';
import { powerState, type VmView } from './vm-view.js';

/** A task on a machine: what the method is called, and what its faults are about. */
export interface VmTaskOptions extends FaultContext {
  readonly method: string;
  readonly isCancelable?: boolean;
}

/** Carries out a method of a machine as a task. */
export function vmTask(
  view: VmView,
  { session }: Pick<MethodRequest, 'session'>,
  options: VmTaskOptions,
  work: (vm: VirtualMachine, call: WorldCall) => Promise<unknown>,
): Ref<'Task'> {
  const { endpoint, ref, record } = view;
  const spec = { method: options.method, entity: ref, entityName: record.name, session };
  return endpoint.tasks.start({ ...spec, isCancelable: options.isCancelable ?? false }, async (call) => {
    const vm = await endpoint.machines.open(ref);
    return withVmFaults(vm, { object: ref, ...options }, () => work(vm, call));
  });
}

/** Turns what goes wrong with a machine into what vSphere says of it. */
export async function withVmFaults<T>(vm: VirtualMachine, context: FaultContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await vmFault(vm, context, error);
  }
}

/** What vSphere says of something that went wrong with a machine. */
export async function vmFault(vm: VirtualMachine, context: FaultContext, error: unknown): Promise<VimFault> {
  const isAboutPower = error instanceof Fault && (error.kind === 'vm-running' || error.kind === 'vm-not-running');
  return asVimFault(error, isAboutPower ? { ...context, powerState: powerState(await vm.record()) } : context);
}

/**
 * Begins work on a machine and lets it go on by itself.
 * @returns when it has begun to change the machine, or has ended. Rejects with what it throws before that.
 */
export function begun({ endpoint, machine }: VmView, work: (call: WorldCall) => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = endpoint.world.onChange((id) => {
      if (id === machine.id) resolve();
    });
    work({ signal: endpoint.closed, progress: () => undefined })
      .then(() => resolve(), reject)
      .finally(stop);
  });
}
