import type { PropertyPath } from '../properties.js';

/** The properties that are watched of each type of object, as long as somebody waits for one. */
export const watchedPaths = {
  Task: ['info.state', 'info.progress', 'info.error', 'info.result', 'info.cancelable'],
  VirtualMachine: [
    'runtime.powerState',
    'runtime.bootTime',
    'runtime.connectionState',
    'runtime.question',
    'guest.toolsRunningStatus',
    'guest.toolsVersionStatus2',
    'guest.guestState',
    'guest.guestOperationsReady',
    'guest.interactiveGuestOperationsReady',
    'guest.guestStateChangeSupported',
    // Only for those who follow the machine.
    'name',
    'summary.config.guestId',
    'summary.config.numCpu',
    'summary.config.memorySizeMB',
    'summary.config.vmPathName',
    'runtime.paused',
    'runtime.recordReplayState',
  ],
} as const satisfies Readonly<Record<string, readonly PropertyPath[]>>;

/** Types of objects that can be watched. */
export type WatchedType = keyof typeof watchedPaths;
