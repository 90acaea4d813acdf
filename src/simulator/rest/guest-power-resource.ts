import type { PowerPhase } from '../../world/vm/vm-record.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { toolsStart } from '../../world/vm/power-state.js';
import { withGuestFaults } from '../guest/guest-call.js';
import { machineOf } from './rest-machine.js';
import { noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

const states: Readonly<Record<PowerPhase, string>> = {
  off: 'NOT_RUNNING',
  'powering-on': 'NOT_RUNNING',
  on: 'RUNNING',
  'powering-off': 'SHUTTING_DOWN',
  resetting: 'RESETTING',
  suspending: 'STANDBY',
  suspended: 'NOT_RUNNING',
  resuming: 'NOT_RUNNING',
};

const actions: Readonly<
  Record<string, { readonly privilege: string; readonly run: (vm: VirtualMachine, world: WorldCall) => Promise<void> }>
> = {
  shutdown: { privilege: 'VirtualMachine.Interact.PowerOff', run: (vm, world) => vm.power.off('soft', world) },
  reboot: { privilege: 'VirtualMachine.Interact.Reset', run: (vm, world) => vm.power.reset('soft', world) },
  standby: { privilege: 'VirtualMachine.Interact.Suspend', run: (vm, world) => vm.power.suspend('soft', world) },
};

/** Power of guests, as their operating systems see it. */
export const guestPowerRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/vcenter/vm/{vm}/guest/power',
    isLegacyToo: true,
    run: async (call) => {
      const { vm } = await machineOf(call, 'System.Read');
      const record = await vm.record();
      const tools = toolsStart(record, call.endpoint.clock.now());
      const state = states[record.power.phase];
      const isKnown = state !== 'RUNNING' || tools.state === 'running';
      return ok({
        state: isKnown ? state : 'UNAVAILABLE',
        operations_ready: tools.state === 'running' && tools.scriptsReadyInMs <= 0,
      });
    },
  },
  ...Object.entries(actions).map(([action, { privilege, run }]): RestRoute => ({
    method: 'POST',
    path: '/vcenter/vm/{vm}/guest/power',
    action,
    isLegacyToo: true,
    run: async (call) => {
      const { vm } = await machineOf(call, privilege);
      await hand(call, vm, run);
      return noContent;
    },
  })),
];

/** Hands an order to the guest. What becomes of it is not waited for, only whether the guest takes it. */
async function hand(
  call: RestCall,
  vm: VirtualMachine,
  run: (vm: VirtualMachine, world: WorldCall) => Promise<void>,
): Promise<void> {
  const { world } = call.endpoint;
  let stop = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    stop = world.onChange((id) => {
      if (id === vm.id) resolve();
    });
  });
  // The client may go before the guest has obeyed.
  const { signal } = new AbortController();
  const order = run(vm, { signal, progress: () => undefined });
  order.catch(() => undefined);
  try {
    await withGuestFaults(vm, {}, () => Promise.race([order, taken]));
  } finally {
    stop();
  }
}
