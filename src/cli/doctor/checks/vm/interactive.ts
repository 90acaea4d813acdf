import { check, green, trouble } from '../../check.js';
import { foundCheck } from './found.js';
import { guestOperationsCheck } from './guest-operations.js';

export const interactiveCheck = check({
  id: 'vm.interactive',
  title: 'Interactive',
  looksAt: 'Whether somebody is logged on at the console, as programs with `-interactive` need.',
  needs: { vm: foundCheck, ready: guestOperationsCheck },
  problems: {
    nobody: {
      status: 'yellow',
      cause: 'Nobody is logged on at the console, so interactive programs cannot be run.',
      next: 'If they are needed, log the user on at the console or have the guest do so when it starts. Nobody can do it from outside.',
    },
    'nobody-though-wanted': {
      status: 'red',
      cause: 'Nobody is logged on at the console, which --interactive needs.',
      next: 'Log the user on at the console, or have the guest do so when it starts. Nobody can do it from outside.',
    },
  },
  run: ({ vm: { values } }, { request: { isInteractive } }) => {
    const isReady = values['guest.interactiveGuestOperationsReady'] ?? false;
    const more = { facts: { isReady }, value: undefined };
    if (isReady) return green('somebody is logged on at the console', undefined, more);
    return isInteractive ? trouble('nobody-though-wanted', more) : trouble('nobody', more);
  },
});
