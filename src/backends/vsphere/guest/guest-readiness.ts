import { Fault } from '../../../base/fault.js';
import type { Properties } from '../properties.js';
import { disconnection } from '../vm/disconnection.js';

/** Properties that tell why guest operations are refused. */
export const readinessPaths = [
  'runtime.connectionState',
  'runtime.powerState',
  'guest.toolsVersionStatus2',
  'guest.toolsRunningStatus',
  'guest.guestOperationsReady',
  'guest.interactiveGuestOperationsReady',
] as const;

/**
 * Why a guest takes no operations: vSphere has one fault for all causes. undefined where all is well as far as the
 * properties tell, so that another try may succeed. One that may pass by itself is `when-state-changes`.
 */
export function unavailability(properties: Properties, vmName: string, isInteractive: boolean): Fault | undefined {
  const lost = disconnection(properties, `The guest of "${vmName}" takes no operations`);
  if (lost !== undefined) return lost;
  if (properties.get('runtime.powerState') !== 'poweredOn') {
    return new Fault(
      'vm-not-running',
      `"${vmName}" is not powered on, so its guest takes no operations. Power it on first.`,
    );
  }
  if (properties.get('guest.toolsVersionStatus2') === 'guestToolsNotInstalled') {
    const message = `VMware Tools is not installed in the guest of "${vmName}". Install it there.`;
    return new Fault('tools-not-running', message);
  }
  if (properties.get('guest.toolsRunningStatus') === 'guestToolsNotRunning') {
    return new Fault(
      'tools-not-running',
      `VMware Tools does not run in the guest of "${vmName}". It may still be starting: wait with ` +
        'VixVM_WaitForToolsInGuest.',
    );
  }
  if (properties.get('guest.guestOperationsReady') === false) {
    return new Fault(
      'tools-not-running',
      `VMware Tools runs in the guest of "${vmName}" but takes no operations yet. It may still be starting.`,
      { retryable: 'when-state-changes' },
    );
  }
  // Another fault than the ones before, since waiting does not help: nobody can log a user on from outside.
  if (isInteractive && properties.get('guest.interactiveGuestOperationsReady') === false) {
    return new Fault(
      'guest-interactive-missing',
      `Nobody is logged on at the console of "${vmName}", which an interactive login needs. Log the user on there.`,
    );
  }
  return undefined;
}
