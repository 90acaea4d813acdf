import {
  capabilityNames,
  type BackendModule,
  type CallContext,
  type GuestOps,
  type HostLink,
  type VmLink,
  type VmProperties,
} from 'revix';

const nothing = (): Promise<void> => Promise.resolve();

/** A backend whose every operation is done at once, so that what is measured is the engine. */
export const idleBackend: BackendModule = {
  name: 'idle',
  capabilities: new Set(capabilityNames),
  claims: () => 'accept',
  connect: () => Promise.resolve(idleHost),
};

const idleHost: HostLink = {
  about: { product: 'idle', version: '1' },
  capabilities: new Set(capabilityNames),
  findVms: () => noVms(),
  openVm: (location) => Promise.resolve(idleVm(location)),
  registerVm: nothing,
  unregisterVm: nothing,
  onLost: () => undefined,
  close: nothing,
};

async function* noVms(): AsyncGenerator<never> {}

function idleVm(location: string): VmLink {
  const properties: VmProperties = {
    name: location,
    location,
    guestOs: 'other',
    cpuCount: 1,
    memoryMb: 1,
    power: { phase: 'on', isOn: true, isPaused: false, areToolsRunning: true, isBlockedByQuestion: false },
    tools: 'running',
    isReadOnly: false,
    isRecording: false,
    isReplaying: false,
    takesManySnapshots: true,
    sharedFoldersPath: null,
    question: null,
    hasTlsError: false,
  };
  return {
    key: location,
    properties: () => Promise.resolve(properties),
    power: { on: nothing, off: nothing, reset: nothing, suspend: nothing, pause: nothing, unpause: nothing },
    tools: { waitUntilRunning: nothing, install: nothing },
    lifecycle: { delete: nothing, clone: () => Promise.resolve(location), upgradeHardware: nothing },
    snapshots: {
      tree: () => Promise.resolve({ roots: [], currentId: null }),
      create: () => Promise.resolve('1'),
      revert: nothing,
      remove: nothing,
    },
    variables: {
      readGuestVariable: () => Promise.resolve(''),
      writeGuestVariable: nothing,
      readConfig: () => Promise.resolve(''),
      writeConfig: nothing,
    },
    sharedFolders: {
      setEnabled: nothing,
      list: () => Promise.resolve([]),
      add: nothing,
      update: nothing,
      remove: nothing,
    },
    recording: {
      beginRecording: () => Promise.resolve('1'),
      endRecording: nothing,
      beginReplay: nothing,
      endReplay: nothing,
    },
    guest: () => idleGuest,
  };
}

const refuse = (): Promise<never> => Promise.reject(new Error('the idle backend has no files'));

const idleGuest: GuestOps = {
  family: 'posix',
  validate: (_call: CallContext) => Promise.resolve(),
  start: () => Promise.resolve(1),
  poll: () => Promise.resolve(new Map()),
  processes: () => Promise.resolve([]),
  kill: nothing,
  files: {
    list: () => Promise.resolve([]),
    stat: refuse,
    makeDirectory: nothing,
    deleteFile: nothing,
    deleteDirectory: nothing,
    move: nothing,
    createTempFile: refuse,
    createTempDirectory: refuse,
    read: refuse,
    readFrom: refuse,
    write: refuse,
  },
  readEnvironment: () => Promise.resolve(''),
  writeEnvironment: nothing,
  captureScreen: () => Promise.resolve(new Uint8Array()),
  openUrl: nothing,
};
