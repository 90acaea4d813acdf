import type { CustomizationStatus } from '../../world/vm/customization.js';
import type { WorldCall } from '../../world/world-call.js';
import type { ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { customizationOf } from './customization-spec.js';
import { guestMethod, guestPrivileges, withGuestFaults, type GuestCall } from './guest-call.js';
import type { GuestServices } from './guest-services.js';

const customizeMethod = 'CustomizeGuest_Task';

/** Customization of guests that run. */
export const customizationManagerKind: ManagedKind<GuestServices> = {
  type: 'VirtualMachineGuestCustomizationManager',
  properties: {},
  methods: {
    [customizeMethod]: guestMethod({ privilege: guestPrivileges.customize }, async (call, services) => {
      const { vm, ref, args } = call;
      const spec = customizationOf(args.object('spec'), await vm.record());
      const start = await admit(customizeMethod, call, services);
      requireNoOther(services, ref);
      return start(async (world) => {
        await vm.customization.begin(spec, world);
        requireSuccess(await vm.customization.untilOver(world));
      });
    }),
    StartGuestNetwork_Task: guestMethod({ privilege: guestPrivileges.customize }, async (call, services) => {
      const start = await admit('StartGuestNetwork_Task', call, services);
      return start((world) => call.vm.customization.startNetwork(world));
    }),
    AbortCustomization_Task: guestMethod({ privilege: guestPrivileges.customize }, async (call, services) => {
      const start = await admit('AbortCustomization_Task', call, services);
      return start((world) => call.vm.customization.abort(world));
    }),
  },
};

/** Checks the login. @returns what goes on as a task, at once. */
async function admit(
  method: string,
  { read, vm, ref, session }: GuestCall,
  { endpoint }: GuestServices,
): Promise<(work: (world: WorldCall) => Promise<void>) => Ref> {
  await read('guest.validate', () => undefined);
  const { name } = await vm.record();
  return (work) =>
    endpoint.tasks.start({ method, entity: ref, entityName: name, session }, (world) =>
      withGuestFaults(vm, {}, () => work(world)),
    );
}

/** @throws VimFault `TaskInProgress` with the task that customizes the guest at present. */
function requireNoOther({ endpoint }: GuestServices, machine: Ref): void {
  const other = endpoint.tasks.ofEntity(machine).find((task) => task.spec.method === customizeMethod && !task.hasEnded);
  if (other === undefined) return;
  throw new VimFault({ $type: 'TaskInProgress', task: other.ref }, 'The guest is being customized already.');
}

/** @throws VimFault `CustomizationFault`. */
function requireSuccess({ state, error }: CustomizationStatus): void {
  if (state !== 'succeeded') throw new VimFault({ $type: 'CustomizationFault' }, error ?? 'The customization failed.');
}
