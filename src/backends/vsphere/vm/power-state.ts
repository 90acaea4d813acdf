import type { VmPowerState } from '../../backend.js';
import type { Properties } from '../properties.js';
import type { VirtualMachinePowerState } from '../vim/generated/types.js';

/** What the power state, as VIX sees it, is made from. */
export const powerPaths = [
  'runtime.powerState',
  'runtime.question',
  'guest.toolsRunningStatus',
  'guest.toolsVersionStatus2',
  'guest.guestStateChangeSupported',
] as const;

/** A task that changes the power state, by its `descriptionId`, and the phase that it stands for. */
const phasesByTask: Readonly<Record<string, (from: VirtualMachinePowerState) => VmPowerState['phase']>> = {
  'VirtualMachine.powerOn': (from) => (from === 'suspended' ? 'resuming' : 'powering-on'),
  'Drm.ExecuteVMPowerOnLRO': (from) => (from === 'suspended' ? 'resuming' : 'powering-on'),
  'VirtualMachine.powerOff': () => 'powering-off',
  'VirtualMachine.suspend': () => 'suspending',
  'VirtualMachine.reset': () => 'resetting',
};

const stablePhases: Readonly<Record<VirtualMachinePowerState, VmPowerState['phase']>> = {
  poweredOff: 'off',
  poweredOn: 'on',
  suspended: 'suspended',
};

/** Text of the question that a machine waits with; null for none. */
export function questionIn(values: Properties): string | null {
  return values.get('runtime.question')?.text ?? null;
}

export function isOn(values: Properties): boolean {
  return values.get('runtime.powerState') === 'poweredOn';
}

/** Tools runs; while it runs the scripts of a power operation, it does, too. */
export function areToolsRunning(values: Properties): boolean {
  const status = values.get('guest.toolsRunningStatus');
  return isOn(values) && (status === 'guestToolsRunning' || status === 'guestToolsExecutingScripts');
}

export function areToolsMissing(values: Properties): boolean {
  return values.get('guest.toolsVersionStatus2') === 'guestToolsNotInstalled';
}

/** @param runningTasks `descriptionId` of each task that runs on the machine. */
export function powerStateOf(values: Properties, runningTasks: readonly string[]): VmPowerState {
  const state = values.get('runtime.powerState') ?? 'poweredOff';
  const task = runningTasks.map((id) => phasesByTask[id]).find((phase) => phase !== undefined);
  const isPaused = values.get('runtime.paused') === true;
  return {
    phase: task?.(state) ?? stablePhases[state],
    isOn: isOn(values),
    isPaused,
    areToolsRunning: areToolsRunning(values) && !isPaused,
    isBlockedByQuestion: questionIn(values) !== null,
  };
}
