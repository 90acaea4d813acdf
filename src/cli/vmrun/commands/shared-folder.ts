import { VIX_SHAREDFOLDER_WRITE_ACCESS } from '../../../vix/names.js';
import { type Command, command, silent } from '../command.js';
import { choice, keyword, text, vm } from '../parameters.js';

const product = ['ws', 'fusion', 'player'] as const;
const name = text('name', 'SHARE');
const hostPath = text('hostPath', 'HOST-PATH', 'host-path');
/** How long it lasts makes no difference to the API, which has no such option. */
const runtime = keyword('runtime', 'runtime');

/** The commands for shared folders. */
export const sharedFolderCommands: readonly Command[] = [
  command({
    name: 'setSharedFolderState',
    section: 'guest',
    parameters: [vm, name, hostPath, choice('access', ['writable', 'readonly'])],
    summary: 'change a shared folder',
    hostTypes: product,
    run: async (session, values) => {
      const flags = values.access === 'writable' ? VIX_SHAREDFOLDER_WRITE_ACCESS : 0;
      const path = session.around.hostPath(values.hostPath);
      await session.finish(session.vix.VixVM_SetSharedFolderState(session.vm, values.name, path, flags, null, null));
      return silent;
    },
  }),
  command({
    name: 'addSharedFolder',
    section: 'guest',
    parameters: [vm, name, hostPath],
    summary: 'share a folder of this machine with the guest',
    hostTypes: product,
    run: async (session, values) => {
      const path = session.around.hostPath(values.hostPath);
      await session.finish(
        session.vix.VixVM_AddSharedFolder(session.vm, values.name, path, VIX_SHAREDFOLDER_WRITE_ACCESS, null, null),
      );
      return silent;
    },
  }),
  command({
    name: 'removeSharedFolder',
    section: 'guest',
    parameters: [vm, name],
    summary: 'end the sharing of a folder',
    hostTypes: product,
    run: async (session, values) => {
      await session.finish(session.vix.VixVM_RemoveSharedFolder(session.vm, values.name, 0, null, null));
      return silent;
    },
  }),
  command({
    name: 'enableSharedFolders',
    section: 'guest',
    parameters: [vm, runtime],
    summary: 'turn shared folders on',
    hostTypes: product,
    run: async (session) => {
      await session.finish(session.vix.VixVM_EnableSharedFolders(session.vm, true, 0, null, null));
      return silent;
    },
  }),
  command({
    name: 'disableSharedFolders',
    section: 'guest',
    parameters: [vm, runtime],
    summary: 'turn shared folders off',
    hostTypes: product,
    run: async (session) => {
      await session.finish(session.vix.VixVM_EnableSharedFolders(session.vm, false, 0, null, null));
      return silent;
    },
  }),
];
