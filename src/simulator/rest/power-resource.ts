import { Fault } from '../../base/fault.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { PowerPhase } from '../../world/vm/vm-record.js';
import type { WorldCall } from '../../world/world-call.js';
import { powerStateOf } from '../guest/guest-faults.js';
import { withGuestFaults } from '../guest/guest-call.js';
import { machineOf } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

const states = { poweredOn: 'POWERED_ON', poweredOff: 'POWERED_OFF', suspended: 'SUSPENDED' } as const;

/** State of power in the words of this API. */
export function restPowerState(phase: PowerPhase): (typeof states)[keyof typeof states] {
  return states[powerStateOf(phase)];
}

interface PowerAction {
  readonly privilege: string;
  /** The state after which nothing is left to do. */
  readonly goal: keyof typeof states | null;
  readonly run: (vm: VirtualMachine, world: WorldCall) => Promise<void>;
}

const actions: Readonly<Record<string, PowerAction>> = {
  start: {
    privilege: 'VirtualMachine.Interact.PowerOn',
    goal: 'poweredOn',
    run: (vm, world) => vm.power.on({ paused: false, showConsole: false }, world),
  },
  stop: {
    privilege: 'VirtualMachine.Interact.PowerOff',
    goal: 'poweredOff',
    run: async (vm, world) => {
      const { power } = await vm.record();
      // A machine that is suspended loses what it kept.
      if (power.phase === 'suspended') await vm.power.on({ paused: true, showConsole: false }, world);
      await vm.power.off('hard', world);
    },
  },
  suspend: {
    privilege: 'VirtualMachine.Interact.Suspend',
    goal: 'suspended',
    run: (vm, world) => vm.power.suspend('hard', world),
  },
  reset: {
    privilege: 'VirtualMachine.Interact.Reset',
    goal: null,
    run: (vm, world) => vm.power.reset('hard', world),
  },
};

/** The power button of machines. */
export const powerRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: '/vcenter/vm/{vm}/power',
    isLegacyToo: true,
    run: async (call) => {
      const { vm } = await machineOf(call, 'System.Read');
      const { power } = await vm.record();
      const state = restPowerState(power.phase);
      return ok({ state, ...(state === 'POWERED_OFF' ? { clean_power_off: true } : {}) });
    },
  },
  ...Object.entries(actions).map(([action, spec]): RestRoute => ({
    method: 'POST',
    path: '/vcenter/vm/{vm}/power',
    action,
    isLegacyToo: true,
    run: (call) => press(call, spec),
  })),
];

async function press(call: RestCall, { privilege, goal, run }: PowerAction) {
  const { vm, world } = await machineOf(call, privilege);
  const { power, name, isTemplate } = await vm.record();
  if (goal !== null && powerStateOf(power.phase) === goal) {
    throw new RestProblem('ALREADY_IN_DESIRED_STATE', `'${name}' is ${states[goal]} already.`);
  }
  if (isTemplate) throw new RestProblem('UNSUPPORTED', `'${name}' is a template, which cannot run.`);
  await withGuestFaults(vm, {}, () => run(vm, world)).catch((error: unknown) => {
    if (error instanceof Fault && error.kind === 'vm-running') {
      throw new RestProblem('ALREADY_IN_DESIRED_STATE', error.message, undefined, { cause: error });
    }
    throw error;
  });
  return noContent;
}
