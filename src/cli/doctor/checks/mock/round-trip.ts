import { Fault } from '../../../../base/fault.js';
import { readAll, sizedBytes } from '../../../../guest/sized-content.js';
import { check, green, trouble } from '../../check.js';
import { tidied, trialContent, trialFileNames } from '../../trial-file.js';
import { mockTransferCheck } from './transfer.js';

export const mockRoundTripCheck = check({
  id: 'mock.round-trip',
  title: 'Round trip',
  looksAt: 'Only with --round-trip: writes a temporary file to the guest, reads it back, and removes it.',
  needs: { guest: mockTransferCheck },
  problems: {
    changed: {
      status: 'red',
      cause: 'The file came back from the guest with other bytes than it was sent with.',
      next: 'Look what else writes to the guest: a program of its inventory, or another process on the same machine.',
    },
    broke: {
      status: 'red',
      cause: '{said}',
      next: 'Look whether the inventory has `disabledOperations` of the guest, or a fault for its files.',
    },
  },
  run: async ({ guest: { files } }, { clock, signal, said }) => {
    const call = { clock, signal, progress: () => undefined };
    const content = trialContent(clock.now());
    try {
      const path = await files.createTempFile(trialFileNames, call);
      try {
        await files.write(path, sizedBytes(content), call);
        const back = await readAll(await files.read(path, call));
        if (!Buffer.from(back).equals(content)) return trouble('changed', { facts: { path } });
      } finally {
        await tidied(clock, (own) => files.deleteFile(path, { ...call, signal: own }));
      }
      const facts = { path, bytes: content.byteLength };
      return green(`${content.byteLength} bytes there and back`, undefined, { facts });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      return trouble('broke', { facts: { said: said(error) } });
    }
  },
});
