import { check, green, trouble } from '../../check.js';
import { mockPowerCheck } from './power.js';
import { mockVmCheck } from './vm.js';

export const mockToolsCheck = check({
  id: 'mock.tools',
  title: 'Tools',
  looksAt: 'Whether Tools runs in the guest of the machine of the mock host.',
  needs: { opened: mockVmCheck, power: mockPowerCheck },
  problems: {
    'not-installed': {
      status: 'red',
      cause: 'Tools is not installed in the guest.',
      next: 'Install it: `vmrun installTools`; or leave `tools: false` out of the inventory.',
    },
    'not-running': {
      status: 'red',
      cause: 'Tools does not run in the guest yet.',
      next: 'Wait with VixVM_WaitForToolsInGuest: the guest still boots.',
    },
  },
  run: ({ opened: { properties } }) => {
    const facts = { tools: properties.tools };
    if (properties.tools === 'running') return green('runs', undefined, { facts });
    return trouble(properties.tools === 'not-installed' ? 'not-installed' : 'not-running', { facts });
  },
});
