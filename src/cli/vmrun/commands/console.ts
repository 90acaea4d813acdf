import {
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
} from '../../../vix/names.js';
import { Vix_Out } from '../../../api/vix-out.js';
import { type Command, command } from '../command.js';
import { text, vm } from '../parameters.js';
import { dropped } from './dropped.js';
import { writeHostFile } from '../host-file.js';

const why = 'the VIX API has no function for it';

/** The commands for the console and the devices of a machine. */
export const consoleCommands: readonly Command[] = [
  dropped('typeKeystrokesInGuest', 'guest', [vm, text('keys', 'KEYSTROKES')], 'type keys at the console', why),
  dropped('connectNamedDevice', 'guest', [vm, text('device', 'DEVICE')], 'connect a device of a VM', why),
  dropped('disconnectNamedDevice', 'guest', [vm, text('device', 'DEVICE')], 'disconnect a device of a VM', why),
  command({
    name: 'captureScreen',
    section: 'guest',
    parameters: [vm, text('hostPath', 'HOST-PATH', 'host-path')],
    summary: 'write a picture of the console into a PNG file',
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
      );
      const path = session.around.hostPath(values.hostPath);
      await writeHostFile(path, image.value);
      return { result: { path, bytes: size.value } };
    },
  }),
];
