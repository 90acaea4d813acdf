// A simulator in a thread of its own, so that it answers while a blocking door blocks the thread of the test.
import { parentPort, workerData } from 'node:worker_threads';
import { startSimulator } from '../../dist/simulator/index.js';

const { url, thumbprint } = await startSimulator({ inventory: workerData });
// eslint-disable-next-line unicorn/require-post-message-target-origin -- between threads there is none
parentPort.postMessage({ url, thumbprint: thumbprint.sha256 });
