import { check, green, trouble } from '../../check.js';
import { mockGuestOperationsCheck } from './guest-operations.js';

export const mockInteractiveCheck = check({
  id: 'mock.interactive',
  title: 'Interactive',
  looksAt: 'Whether somebody is logged on at the console of the machine of the mock host, as `-interactive` needs.',
  needs: { ready: mockGuestOperationsCheck },
  problems: {
    nobody: {
      status: 'yellow',
      cause: 'Nobody is logged on at the console, so interactive programs cannot be run.',
      next: 'If they are needed, name one of its users as `consoleUser` of the guest in an inventory.',
    },
    'nobody-though-wanted': {
      status: 'red',
      cause: 'Nobody is logged on at the console, which --interactive needs.',
      next: 'Name one of its users as `consoleUser` of the guest in an inventory.',
    },
  },
  run: ({ ready: { isInteractiveReady } }, { request: { isInteractive } }) => {
    const more = { facts: { isReady: isInteractiveReady }, value: undefined };
    if (isInteractiveReady) return green('somebody is logged on at the console', undefined, more);
    return isInteractive ? trouble('nobody-though-wanted', more) : trouble('nobody', more);
  },
});
