import type { GuestClient } from '../../../../backends/vsphere/client/guest-client.js';
import { type TransferRoute, TransferRoutes } from '../../../../backends/vsphere/transfer/transfer-routes.js';
import { Fault } from '../../../../base/fault.js';
import { check, green, trouble } from '../../check.js';
import { loginCheck } from '../host/login.js';
import { foundCheck } from '../vm/found.js';
import { guestLoginCheck } from './login.js';

/** Files that every guest has and every user may read. None of their bytes are asked for. */
const harmlessFiles: Readonly<Record<GuestClient['family'], readonly string[]>> = {
  posix: ['/etc/hosts', '/etc/passwd'],
  windows: ['C:\\Windows\\win.ini', 'C:\\Windows\\System32\\drivers\\etc\\hosts'],
};

/** The URL for the first of the files that is there. It holds a token, which nobody may see. */
async function urlFor(guest: GuestClient, signal: AbortSignal): Promise<string> {
  const [first = '', ...others] = harmlessFiles[guest.family];
  const ask = async (guestFilePath: string): Promise<string> =>
    (await guest.call('InitiateFileTransferFromGuest', { guestFilePath }, { signal })).url;
  try {
    return await ask(first);
  } catch (error) {
    const [second] = others;
    if (second === undefined || !(error instanceof Fault) || error.kind !== 'file-not-found') throw error;
    return ask(second);
  }
}

export const transferUrlCheck = check({
  id: 'guest.transfer-url',
  title: 'Transfer URL',
  looksAt:
    'Which server the files of the guest come from: the host that was asked itself (`*`), or its ESXi host by name or ' +
    'address. A URL is asked for, and not used.',
  needs: { guest: guestLoginCheck, login: loginCheck, vm: foundCheck },
  problems: {
    refused: {
      status: 'red',
      cause: 'There is no URL for files of the guest: {said}',
      next: 'Check the rights of the user in the guest, and the privilege VirtualMachine.GuestOperations.Query on the host.',
    },
  },
  run: async ({ guest, login: { connection }, vm: { machine } }, { signal, said }) => {
    let routes: readonly TransferRoute[];
    let isOwn: boolean;
    try {
      const given = await urlFor(guest, signal);
      isOwn = /^https?:\/\/\*/i.test(given);
      routes = await new TransferRoutes(connection).routesTo(given, machine.ref, { signal });
    } catch (error) {
      signal.throwIfAborted();
      return trouble('refused', { facts: { said: said(error) } });
    }
    const origins = routes.map(({ url }) => url.origin);
    const facts = { servers: origins, isOwn };
    const found = isOwn
      ? `the host itself (*): ${origins.join(', ')}`
      : `files come from ${origins.join(', or else from ')}`;
    return green(found, routes, { facts });
  },
});
