import type { CallContext, VmProperties } from '../../backend.js';
import { VimError } from '../errors/vim-error.js';
import type { MachineRef } from '../inventory/find-machine.js';
import { plainName } from '../inventory/names.js';
import { allPropertiesOf, type Properties, propertiesOf } from '../properties.js';
import type { Machine } from './machine.js';
import { areToolsMissing, areToolsRunning, powerPaths, powerStateOf, questionIn } from './power-state.js';

const paths = [
  ...powerPaths,
  'name',
  'summary.config',
  'runtime.paused',
  'runtime.recordReplayState',
  'capability.multipleSnapshotsSupported',
  'datastore',
] as const;

const wayToTasks = { $type: 'TraversalSpec' as const, type: 'VirtualMachine', path: 'recentTask' };

/**
 * Reads what a program may ask of a machine, in one call.
 * @param ref of the machine.
 * @param hasTlsError the host of the machine showed a certificate that was not accepted.
 */
export async function readProperties(
  machine: Machine,
  ref: MachineRef,
  hasTlsError: boolean,
  call: CallContext,
): Promise<VmProperties> {
  const { connection } = machine;
  const spec = {
    propSet: [
      { type: 'VirtualMachine', pathSet: paths },
      { type: 'Task', pathSet: ['info.state', 'info.descriptionId'] },
    ],
    objectSet: [{ obj: ref, selectSet: [wayToTasks] }],
    // A task may be forgotten between the look at the machine and the look at the task.
    reportMissingObjectsInResults: true,
  };
  let values: Properties | undefined;
  const tasks: string[] = [];
  for await (const page of connection.retrieve(spec, call)) {
    for (const object of page) {
      if (object.obj.type === 'VirtualMachine') values = allPropertiesOf(object);
      else tasks.push(...runningTask(propertiesOf(object)));
    }
  }
  if (values === undefined) {
    throw new VimError({ $type: 'ManagedObjectNotFound', obj: ref }, 'the machine is not in the inventory any more');
  }
  const config = values.get('summary.config');
  const datastores = values.get('datastore') ?? [];
  const record = values.get('runtime.recordReplayState');
  return {
    name: plainName(values.get('name') ?? config?.name ?? ''),
    location: await machine.shownPath(config?.vmPathName ?? '', datastores, call),
    guestOs: guestOsOf(config?.guestId ?? ''),
    cpuCount: config?.numCpu ?? 0,
    memoryMb: config?.memorySizeMB ?? 0,
    power: powerStateOf(values, tasks),
    tools: areToolsRunning(values) ? 'running' : areToolsMissing(values) ? 'not-installed' : 'unknown',
    isReadOnly: false,
    isRecording: record === 'recording',
    isReplaying: record === 'replaying',
    takesManySnapshots: values.get('capability.multipleSnapshotsSupported') === true,
    sharedFoldersPath: null,
    question: questionIn(values),
    hasTlsError,
  };
}

/** What the task does, when it runs. Tasks of others may be out of sight. */
function runningTask(task: Properties): readonly string[] {
  return task.get('info.state') === 'running' ? [task.get('info.descriptionId') ?? ''] : [];
}

/** `ubuntu64Guest` of the API is `ubuntu-64` in the .vmx file, and that is what VIX told. */
function guestOsOf(guestId: string): string {
  return guestId
    .replace(/Guest$/, '')
    .replace(/_?64$/, '-64')
    .toLowerCase();
}
