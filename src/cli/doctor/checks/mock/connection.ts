import { Fault } from '../../../../base/fault.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { mockDirectoryCheck } from '../here/mock-directory.js';
import { backendCheck } from '../host/backend.js';

export const mockConnectionCheck = check({
  id: 'mock.connection',
  title: 'Connection',
  looksAt: 'Whether the mock host lets the user connect, and can read its machines.',
  needs: { choice: backendCheck, directory: mockDirectoryCheck },
  problems: {
    'wrong-password': {
      status: 'red',
      cause: '{said}',
      next: 'The inventory names who may connect, under hostUsers.',
    },
    remote: {
      status: 'red',
      cause: '{said}',
      next: 'Leave -h out. For a vSphere host give -T vc or -T esx, or map the provider to the backend vsphere.',
    },
    unusable: {
      status: 'red',
      cause: '{said}',
      next: 'Correct what the cause names; docs/mock.md describes inventories and directories.',
    },
  },
  run: async ({ choice: { module, target }, directory: { untouched } }, context) => {
    if (untouched !== undefined) return passedOver(untouched);
    const { clock, signal } = context;
    try {
      const link = await module.connect(target, { clock, signal, progress: () => undefined });
      context.atEnd(() => link.close());
      return green(link.about.product, link, { facts: { product: link.about.product } });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      const facts = { said: context.said(error) };
      if (error.kind === 'host-permission') return trouble('wrong-password', { facts });
      return trouble(error.kind === 'host-remote-only-local' ? 'remote' : 'unusable', { facts });
    }
  },
});
