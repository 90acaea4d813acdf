import type { CustomizationStatus } from '../../world/vm/customization.js';
import type { WorldCall } from '../../world/world-call.js';
import type { ManagedKind } from '../managed-object.js';
import { VimFault } from '../vim-fault.js';
import { customizationOf } from './customization-spec.js';
import { guestMethod, guestPrivileges, withGuestFaults, type GuestCall } from './guest-call.js';
import type { GuestServices } from './guest-services.js';

/** Customization of guests that run. */
export const customizationManagerKind: ManagedKind<GuestServices> = {
  type: 'VirtualMachineGuestCustomizationManager',
  properties: {},
  methods: {
    CustomizeGuest_Task: guestMethod({ privilege: guestPrivileges.customize }, async (call, services) => {
      const { vm, args } = call;
      const spec = customizationOf(args.object('spec'), await vm.record());
      return start('CustomizeGuest_Task', call, services, async (world) => {
        await vm.customization.begin(spec, world);
        requireSuccess(await vm.customization.untilOver(world));
      });
    }),
    StartGuestNetwork_Task: guestMethod({ privilege: guestPrivileges.customize }, (call, services) =>
      start('StartGuestNetwork_Task', call, services, (world) => call.vm.customization.startNetwork(world)),
    ),
    AbortCustomization_Task: guestMethod({ privilege: guestPrivileges.customize }, (call, services) =>
      start('AbortCustomization_Task', call, services, (world) => call.vm.customization.abort(world)),
    ),
  },
};

/** Checks the login, and goes on as a task. */
async function start(
  method: string,
  { read, vm, ref, session }: GuestCall,
  { endpoint }: GuestServices,
  work: (world: WorldCall) => Promise<void>,
): Promise<unknown> {
  await read('guest.validate', () => undefined);
  const { name } = await vm.record();
  return endpoint.tasks.start({ method, entity: ref, entityName: name, session }, (world) =>
    withGuestFaults(vm, {}, () => work(world)),
  );
}

/** @throws VimFault `CustomizationFault`. */
function requireSuccess({ state, error }: CustomizationStatus): void {
  if (state !== 'succeeded') throw new VimFault({ $type: 'CustomizationFault' }, error ?? 'The customization failed.');
}
