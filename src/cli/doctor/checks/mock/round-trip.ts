import { Fault } from '../../../../base/fault.js';
import { readAll, sizedBytes } from '../../../../guest/sized-content.js';
import { check, green, trouble } from '../../check.js';
import { mockTransferCheck } from './transfer.js';

export const mockRoundTripCheck = check({
  id: 'mock.round-trip',
  title: 'Round trip',
  looksAt: 'Only with --round-trip: writes a temporary file to the guest, reads it back, and removes it.',
  needs: { guest: mockTransferCheck },
  problems: {
    broke: {
      status: 'red',
      cause: '{said}',
      next: 'Look whether the inventory has `disabledOperations` of the guest, or a fault for its files.',
    },
  },
  run: async ({ guest: { files } }, { clock, signal, said }) => {
    const call = { clock, signal, progress: () => undefined };
    const content = new TextEncoder().encode(`revix doctor, ${new Date(clock.now()).toISOString()}\r\n`);
    try {
      const path = await files.createTempFile({ prefix: 'revix-doctor-', suffix: '.txt' }, call);
      let back: Uint8Array;
      try {
        await files.write(path, sizedBytes(content), call);
        back = await readAll(await files.read(path, call));
      } finally {
        await files.deleteFile(path, call);
      }
      const facts = { path, bytes: back.byteLength };
      return green(`${back.byteLength} bytes there and back`, undefined, { facts });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      return trouble('broke', { facts: { said: said(error) } });
    }
  },
});
