import { check, green, trouble } from '../../check.js';
import { mockToolsCheck } from './tools.js';
import { mockVmCheck } from './vm.js';

export const mockGuestOperationsCheck = check({
  id: 'mock.guest-operations',
  title: 'Guest operations',
  looksAt: 'Whether the guest of the machine of the mock host takes operations.',
  needs: { opened: mockVmCheck, tools: mockToolsCheck },
  problems: {
    'not-ready': {
      status: 'red',
      cause: 'Tools runs, but takes no guest operations.',
      next:
        'Look whether `guest.commands.enabled` is FALSE in the .vmx file, and whether the inventory has ' +
        '`disabledOperations` of the guest.',
    },
  },
  run: async ({ opened: { vm } }, { clock, signal }) => {
    const report = await vm.tools.report?.({ clock, signal, progress: () => undefined });
    const isReady = report?.areGuestOperationsReady ?? false;
    const isInteractiveReady = report?.areInteractiveOperationsReady ?? false;
    const facts = { isReady };
    return isReady ? green('ready', { isInteractiveReady }, { facts }) : trouble('not-ready', { facts });
  },
});
