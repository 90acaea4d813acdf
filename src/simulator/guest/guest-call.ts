import { Fault } from '../../base/fault.js';
import { Secret } from '../../base/secret.js';
import type { Admitted, GuestAccess, GuestOperation } from '../../world/vm/guest-access.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { Fields } from '../fields.js';
import type { Method, MethodArguments, MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { guestFault, type GuestFaultContext } from './guest-faults.js';
import { loginOf } from './guest-login.js';
import type { GuestServices } from './guest-services.js';

/** Bytes that all texts of one request may take together: what a message to Tools holds, less its head. */
const requestTextBudget = 60_536;

/** Privileges that guest operations need on their machine. */
export const guestPrivileges = {
  query: 'VirtualMachine.GuestOperations.Query',
  modify: 'VirtualMachine.GuestOperations.Modify',
  execute: 'VirtualMachine.GuestOperations.Execute',
  queryAliases: 'VirtualMachine.GuestOperations.QueryAliases',
  modifyAliases: 'VirtualMachine.GuestOperations.ModifyAliases',
  customize: 'VirtualMachine.Provisioning.Customize',
} as const;

/** One guest operation that a client asked for. */
export interface GuestCall {
  readonly ref: Ref<'VirtualMachine'>;
  readonly vm: VirtualMachine;
  readonly access: GuestAccess;
  readonly session: Session;
  readonly args: Fields;
  readonly world: WorldCall;
  /** Works in the guest without changing it. */
  readonly read: <T>(operation: GuestOperation, view: (admitted: Admitted) => T) => Promise<T>;
  /** Works in the guest; what it changes is kept when it resolves. */
  readonly change: <T>(operation: GuestOperation, change: (admitted: Admitted) => T) => Promise<T>;
}

export interface GuestMethodOptions {
  /** Needed on the machine. */
  readonly privilege: string;
  /** What the operation is about, for its faults. */
  readonly about?: (args: Fields) => GuestFaultContext;
}

/** A method of a guest manager: its first arguments are the machine and the login, and its faults those of vSphere. */
export function guestMethod(
  options: GuestMethodOptions,
  run: (call: GuestCall, services: GuestServices) => Promise<unknown>,
): Method<GuestServices> {
  return {
    privilege: null,
    run: async (services, request) => {
      const { vm, ref, args } = await openMachine(services, request, options.privilege);
      requireBudget(request.args);
      const login = loginOf(args.object('auth'), services);
      const access = vm.guestAccess(login);
      const world = { signal: request.signal, progress: () => undefined };
      const call: GuestCall = {
        ref,
        vm,
        access,
        session: request.session,
        args,
        world,
        read: (operation, view) => access.read(operation, world, view),
        change: (operation, change) => access.change(operation, world, change),
      };
      return withGuestFaults(vm, options.about?.(args) ?? {}, () => run(call, services));
    },
  };
}

/** The machine that a request's `vm` names, if the session may. @throws VimFault. */
export async function openMachine(
  services: GuestServices,
  request: MethodRequest,
  privilege: string,
): Promise<{ readonly vm: VirtualMachine; readonly ref: Ref<'VirtualMachine'>; readonly args: Fields }> {
  const args = new Fields(request.args);
  const ref = args.ref('vm', 'VirtualMachine');
  request.session.requirePrivilege(privilege, ref);
  return { vm: await services.endpoint.machines.open(ref), ref, args };
}

/** Turns what goes wrong in a guest into what vSphere says of it. */
export async function withGuestFaults<T>(
  vm: VirtualMachine,
  context: GuestFaultContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'vm-not-running') throw guestFault(error, context);
    const { power } = await vm.record();
    throw guestFault(error, { ...context, phase: power.phase });
  }
}

/** @throws Fault `argument-too-big`. */
function requireBudget(args: MethodArguments): void {
  const bytes = textBytes(args);
  if (bytes <= requestTextBudget) return;
  throw guestFault(
    new Fault('argument-too-big', `The texts of the request take ${bytes} bytes; Tools takes ${requestTextBudget}.`),
    {},
  );
}

function textBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Secret) return Buffer.byteLength(value.reveal());
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + textBytes(part), 0);
}
