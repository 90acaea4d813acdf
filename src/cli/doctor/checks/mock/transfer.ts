import { Fault } from '../../../../base/fault.js';
import { readAll } from '../../../../guest/sized-content.js';
import { check, green, trouble } from '../../check.js';
import { mockLoginCheck } from './login.js';

/** A file that every guest of the mock host has and every user may read. */
const harmlessFiles = { posix: '/etc/hosts', windows: 'C:\\Windows\\System32\\drivers\\etc\\hosts' } as const;

export const mockTransferCheck = check({
  id: 'mock.transfer',
  title: 'Transfer',
  looksAt: 'Whether a file of the guest can be read here. The mock host needs no URL for it: it reads it itself.',
  needs: { guest: mockLoginCheck },
  problems: {
    refused: {
      status: 'red',
      cause: 'The file cannot be read: {said}',
      next: 'Look whether the inventory has `disabledOperations` of the guest, or a fault for its files.',
    },
  },
  run: async ({ guest }, { clock, signal, said }) => {
    const path = harmlessFiles[guest.family];
    try {
      const content = await readAll(await guest.files.read(path, { clock, signal, progress: () => undefined }));
      const facts = { path, bytes: content.byteLength };
      return green('without a URL: the mock host reads the files of its guests itself', guest, { facts });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      if (error.kind === 'file-not-found') {
        return green(`the guest answers: it has no ${path} any more`, guest, { facts: { path } });
      }
      return trouble('refused', { facts: { path, said: said(error) } });
    }
  },
});
