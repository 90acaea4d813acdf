// An engine whose host does what its name says: the connection to it is the operation under test.
import { capabilityNames } from '../../../dist/backends/capabilities.js';

const locations = ['/vms/a.vmx', '/vms/ä 日本 🐧.vmx', '/vms/c.vmx'];
const off = { phase: 'off', isOn: false, isPaused: false, areToolsRunning: false, isBlockedByQuestion: false };
const snapshot = { id: '1', name: 'Größe 🐧', description: '', power: off, isReplayable: false, children: [] };

/** Connections that wait for one to the host `open-gate`. */
const atGate = [];

const turn = () => new Promise((resolve) => setImmediate(resolve));

const hosts = {
  gate: () => new Promise((resolve) => atGate.push(resolve)),
  'open-gate': () => atGate.splice(0).forEach((pass) => pass()),
  never: () => new Promise(() => {}),
  slow: async (call) => {
    for (let step = 1; step <= 3; step += 1) {
      await turn();
      call.progress(step / 3);
    }
    await turn();
  },
  exit: () => process.exit(3),
  'throw-later': () => {
    setImmediate(() => {
      throw new Error('a socket broke');
    });
    return new Promise(() => {});
  },
  loop: () => {
    for (;;);
  },
};

/** A large image with a pattern that a wrong offset would break. */
function image() {
  const bytes = new Uint8Array(8 * 1024 * 1024);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = at % 251;
  return bytes;
}

const openVm = async (location) => ({
  key: location,
  properties: async () => ({
    name: `${location} äß`,
    location,
    guestOs: 'ubuntu-64',
    cpuCount: 2,
    memoryMb: 1024,
    power: off,
    tools: 'running',
    isReadOnly: false,
    isRecording: false,
    isReplaying: false,
    takesManySnapshots: true,
    sharedFoldersPath: null,
    question: null,
    hasTlsError: false,
  }),
  snapshots: { tree: async () => ({ roots: [snapshot], currentId: '1' }) },
  variables: { readGuestVariable: async (name) => `value of ${name}` },
  guest: () => ({ family: 'posix', validate: async () => {}, captureScreen: async () => image() }),
});

async function connect(target, call) {
  await hosts[target.hostName]?.(call);
  return {
    about: { product: 'Fake host', version: '1' },
    capabilities: new Set(capabilityNames),
    async *findVms() {
      for (const location of locations) {
        await turn();
        yield { location, name: location };
      }
    },
    openVm,
    onLost: () => {},
    close: async () => {
      if (target.hostName === 'fails-to-close') throw new Error('logout refused');
    },
  };
}

export const createVixOptions = () => ({
  backends: [{ name: 'fake', capabilities: new Set(capabilityNames), claims: () => 'accept', connect }],
});
