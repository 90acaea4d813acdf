import { readAll } from '../../../../guest/sized-content.js';
import { check, green, trouble } from '../../check.js';
import { tidied, trialContent, trialFileNames } from '../../trial-file.js';
import { guestLoginCheck } from './login.js';
import { transferTrustCheck } from './transfer-trust.js';

export const roundTripCheck = check({
  id: 'guest.round-trip',
  title: 'Round trip',
  looksAt: 'Only with --round-trip: writes a temporary file to the guest, reads it back, and removes it.',
  needs: { guest: guestLoginCheck, trust: transferTrustCheck },
  problems: {
    changed: {
      status: 'red',
      cause: 'The file came back from the guest with other bytes than it was sent with.',
      next: 'Something between here and the ESXi host changes what passes: look for a proxy or a scanner.',
    },
    broke: {
      status: 'red',
      cause: '{said}',
      next: 'The cause names the step that failed; the checks above tell what works.',
    },
  },
  run: async ({ guest }, { clock, signal, said }) => {
    const content = trialContent(clock.now());
    try {
      const path = await guest.call('CreateTemporaryFileInGuest', trialFileNames, { signal });
      try {
        await guest.writeFile(path, content, { signal });
        const back = await readAll(await guest.readFile(path, { signal }));
        if (!Buffer.from(back).equals(Buffer.from(content))) return trouble('changed', { facts: { path } });
      } finally {
        await tidied(clock, (own) => guest.call('DeleteFileInGuest', { filePath: path }, { signal: own }));
      }
      return green(`${content.byteLength} bytes there and back`, undefined, {
        facts: { path, bytes: content.byteLength },
      });
    } catch (error) {
      signal.throwIfAborted();
      return trouble('broke', { facts: { said: said(error) } });
    }
  },
});
