import { createRuntime } from '../compose/create-vix.js';
import { VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_SERVICEPROVIDER_DEFAULT } from '../vix/names.js';
import { EngineSession } from './engine-session.js';
import { FrameSplitter } from './frame-splitter.js';
import { greeting, kinds, newestVersion, oldestVersion } from './protocol.js';
import { FrameWriter } from './wire-values.js';

const result = kinds.result.charCodeAt(0);

/**
 * Does once what every client does first, so that all the code of it is compiled. To be called where
 * no configuration is found: this would connect to what that names.
 */
export async function warmUp(): Promise<void> {
  const writer = new FrameWriter();
  writer.frame(kinds.hello, [greeting, oldestVersion, newestVersion, 0, 'warm-up', 0]);
  const connection = [-1, VIX_SERVICEPROVIDER_DEFAULT, null, 0, null, null, 0, 0, null, null];
  writer.frame(kinds.call, [1, 'VixHost_Connect', [], connection]);
  writer.frame(kinds.call, [2, 'VixJob_Wait', [], [1, [VIX_PROPERTY_JOB_RESULT_HANDLE]]]);
  await new Promise<void>((resolve) => {
    const splitter = new FrameSplitter();
    let answers = 0;
    const session = new EngineSession({
      name: 'warm-up',
      makeRuntime: (lastHandle) => createRuntime({}, lastHandle),
      send: (bytes) => {
        for (const [kind] of splitter.push(bytes)) if (kind === result) answers += 1;
        if (answers === 2) resolve(session.close());
      },
      end: resolve,
      watch: () => undefined,
      changeDirectory: () => undefined,
    });
    session.receive(writer.take());
  });
}
