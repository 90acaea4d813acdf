import {
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
} from '../../../vix/names.js';
import { Vix_Out } from '../../../api/vix-out.js';
import { type Answer, type Command, command, silent } from '../command.js';
import { text, vm } from '../parameters.js';
import type { Session } from '../session.js';
import { writeHostFile } from '../host-file.js';

const desktop = ['ws', 'fusion'] as const;
const device = text('device', 'DEVICE');

async function setConnected(session: Session, name: string, isConnected: boolean): Promise<Answer<never>> {
  await session.finish(session.vix.Revix_SetDeviceConnected(session.vm, name, isConnected, null, null));
  return silent;
}

/** The commands for the console and the devices of a machine. */
export const consoleCommands: readonly Command[] = [
  command({
    name: 'typeKeystrokesInGuest',
    section: 'guest',
    parameters: [vm, text('keys', 'KEYSTROKES')],
    summary: 'type at the console of a VM',
    hostTypes: desktop,
    run: async (session, { keys }) => {
      await session.finish(session.vix.Revix_TypeKeystrokes(session.vm, keys, null, null));
      return silent;
    },
  }),
  command({
    name: 'connectNamedDevice',
    section: 'guest',
    parameters: [vm, device],
    summary: 'connect a device of a VM, such as ethernet0',
    hostTypes: desktop,
    run: (session, values) => setConnected(session, values.device, true),
  }),
  command({
    name: 'disconnectNamedDevice',
    section: 'guest',
    parameters: [vm, device],
    summary: 'disconnect a device of a VM',
    hostTypes: desktop,
    run: (session, values) => setConnected(session, values.device, false),
  }),
  command({
    name: 'captureScreen',
    section: 'guest',
    parameters: [vm, text('hostPath', 'HOST-PATH', 'host-path')],
    summary: 'write a picture of the console into a PNG file',
    result: { path: 'string', bytes: 'number' },
    hostTypes: ['ws', 'ws-shared', 'fusion', 'player', 'esx', 'vc'],
    login: 'always',
    run: async (session, values) => {
      const { vix } = session;
      const job = await session.finish(
        vix.VixVM_CaptureScreenImage(session.vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE, null, null),
      );
      const size = Vix_Out<number>();
      const image = Vix_Out<Uint8Array>();
      session.expect(
        vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, size, image, VIX_PROPERTY_NONE),
        job,
      );
      const path = session.around.hostPath(values.hostPath);
      await writeHostFile(path, image.value);
      return { result: { path, bytes: size.value } };
    },
  }),
];
