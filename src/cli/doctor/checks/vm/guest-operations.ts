import { check, green, trouble } from '../../check.js';
import { foundCheck } from './found.js';
import { toolsCheck } from './tools.js';

export const guestOperationsCheck = check({
  id: 'vm.guest-operations',
  title: 'Guest operations',
  looksAt: 'Whether Tools takes operations in the guest, and whether it can shut the guest down.',
  needs: { vm: foundCheck, tools: toolsCheck },
  problems: {
    'not-ready': {
      status: 'red',
      cause: 'VMware Tools runs, but takes no guest operations.',
      next:
        'Right after a start or a revert wait a while: VixVM_WaitForToolsInGuest waits for this very state. If it stays ' +
        'so, restart the service of Tools in the guest, and look whether its configuration switches guest operations off.',
    },
    'no-soft-power': {
      status: 'yellow',
      cause: 'Guest operations work, but Tools cannot shut the guest down or restart it.',
      next: '`vmrun stop ... soft` and the like fail: stop it `hard`, or upgrade Tools.',
    },
  },
  run: ({ vm: { values } }) => {
    // Servers before 5.0 do not tell.
    const isReady = values['guest.guestOperationsReady'] ?? true;
    const canStop = values['guest.guestStateChangeSupported'] ?? true;
    const facts = { isReady, canStop };
    if (!isReady) return trouble('not-ready', { facts });
    if (!canStop) return trouble('no-soft-power', { facts, value: undefined });
    return green('ready, soft power operations too', undefined, { facts });
  },
});
