import { check, green, trouble } from '../../check.js';
import { foundCheck } from './found.js';

export const connectionCheck = check({
  id: 'vm.connection',
  title: 'Connection',
  looksAt: 'Whether the ESXi host of the machine and its files can be reached by the vCenter.',
  needs: { vm: foundCheck },
  problems: {
    'host-away': {
      status: 'red',
      cause: 'The ESXi host of the machine is not connected to the vCenter.',
      next: 'Connect the host again in the vSphere client, or find out why it is away.',
    },
    'files-away': {
      status: 'red',
      cause: 'The files of the machine cannot be read (state: {state}).',
      next: 'Check its datastore. A machine whose files have moved is registered anew from its new path.',
    },
  },
  run: ({ vm: { values } }) => {
    const state = values['runtime.connectionState'] ?? 'connected';
    const facts = { state };
    if (state === 'connected') return green('its host and its files are there', undefined, { facts });
    return trouble(state === 'disconnected' ? 'host-away' : 'files-away', { facts });
  },
});
