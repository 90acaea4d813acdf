import { check, green, trouble } from '../../check.js';
import { connectionCheck } from './connection.js';
import { foundCheck } from './found.js';

export const powerCheck = check({
  id: 'vm.power',
  title: 'Power',
  looksAt: 'Whether the machine is powered on, as everything in its guest needs.',
  needs: { vm: foundCheck, connection: connectionCheck },
  problems: {
    off: {
      status: 'red',
      cause: 'The machine is powered off.',
      next: 'Power it on: `vmrun start`, or VixVM_PowerOn.',
    },
    suspended: {
      status: 'red',
      cause: 'The machine is suspended.',
      next: 'Resume it: `vmrun start`, or VixVM_PowerOn.',
    },
  },
  run: ({ vm: { values } }) => {
    const state = values['runtime.powerState'] ?? 'poweredOff';
    const facts = { state };
    if (state === 'poweredOn') return green('on', undefined, { facts });
    return trouble(state === 'suspended' ? 'suspended' : 'off', { facts });
  },
});
