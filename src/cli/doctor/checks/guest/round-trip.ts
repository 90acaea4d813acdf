import { readAll } from '../../../../guest/sized-content.js';
import { check, green, trouble } from '../../check.js';
import { guestLoginCheck } from './login.js';
import { transferTrustCheck } from './transfer-trust.js';

/** Time for tidying up, also after the check has taken its own. */
const tidyMs = 5000;

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
    const content = new TextEncoder().encode(`revix doctor, ${new Date(clock.now()).toISOString()}\r\n\u00e4\u{1F600}`);
    try {
      const names = { prefix: 'revix-doctor-', suffix: '.txt' };
      const path = await guest.call('CreateTemporaryFileInGuest', names, { signal });
      try {
        await guest.writeFile(path, content, { signal });
        const back = await readAll(await guest.readFile(path, { signal }));
        if (!Buffer.from(back).equals(Buffer.from(content))) return trouble('changed', { facts: { path } });
      } finally {
        const tidying = new AbortController();
        const limit = clock.after(tidyMs, () => tidying.abort(new Error('the temporary file could not be removed')));
        await guest.call('DeleteFileInGuest', { filePath: path }, { signal: tidying.signal });
        limit.cancel();
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
