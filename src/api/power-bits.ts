import type { VmPowerState } from '../backends/backend.js';
import {
  VIX_POWERSTATE_BLOCKED_ON_MSG,
  VIX_POWERSTATE_PAUSED,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_POWERING_OFF,
  VIX_POWERSTATE_POWERING_ON,
  VIX_POWERSTATE_RESETTING,
  VIX_POWERSTATE_RESUMING,
  VIX_POWERSTATE_SUSPENDED,
  VIX_POWERSTATE_SUSPENDING,
  VIX_POWERSTATE_TOOLS_RUNNING,
} from '../vix/names.js';

const phaseBits = {
  off: VIX_POWERSTATE_POWERED_OFF,
  'powering-on': VIX_POWERSTATE_POWERING_ON,
  on: VIX_POWERSTATE_POWERED_ON,
  'powering-off': VIX_POWERSTATE_POWERING_OFF,
  resetting: VIX_POWERSTATE_RESETTING,
  suspending: VIX_POWERSTATE_SUSPENDING,
  suspended: VIX_POWERSTATE_SUSPENDED,
  resuming: VIX_POWERSTATE_RESUMING,
} as const satisfies Record<VmPowerState['phase'], number>;

/** The power state as programs read it: a set of `VIX_POWERSTATE_*` bits. */
export function powerBits(power: VmPowerState): number {
  return (
    phaseBits[power.phase] |
    (power.areToolsRunning ? VIX_POWERSTATE_TOOLS_RUNNING : 0) |
    (power.isPaused ? VIX_POWERSTATE_PAUSED : 0) |
    (power.isBlockedByQuestion ? VIX_POWERSTATE_BLOCKED_ON_MSG : 0)
  );
}
