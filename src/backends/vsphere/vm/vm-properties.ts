import type { CallContext, VmProperties } from '../../backend.js';
import { VimError } from '../errors/vim-error.js';
import { MachinePaths } from '../inventory/machine-paths.js';
import { plainName } from '../inventory/names.js';
import { type Properties, propertiesOf } from '../properties.js';
import type { Machine } from './machine.js';
import { areToolsMissing, areToolsRunning, powerPaths, powerStateOf, questionIn } from './power-state.js';

const paths = [
  ...powerPaths,
  'name',
  'summary.config',
  'runtime.paused',
  'runtime.recordReplayState',
  'datastore',
] as const;

const wayToTasks = { $type: 'TraversalSpec' as const, type: 'VirtualMachine', path: 'recentTask' };

/** Reads what a program may ask of a machine, in one call. */
export async function readProperties(machine: Machine, call: CallContext): Promise<VmProperties> {
  const { connection, ref } = machine;
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
      const found = propertiesOf(object);
      if (object.obj.type === 'VirtualMachine') values = found;
      else if (found.get('info.state') === 'running') tasks.push(found.get('info.descriptionId') ?? '');
    }
  }
  if (values === undefined) {
    throw new VimError({ $type: 'ManagedObjectNotFound', obj: ref }, 'the machine is not in the inventory any more');
  }
  const config = values.get('summary.config');
  const datastores = values.get('datastore') ?? [];
  const machinePaths = new MachinePaths(await machine.datacenters.list(call));
  const record = values.get('runtime.recordReplayState');
  return {
    name: plainName(values.get('name') ?? config?.name ?? ''),
    location: machinePaths.of(config?.vmPathName ?? '', datastores),
    guestOs: guestOsOf(config?.guestId ?? ''),
    cpuCount: config?.numCpu ?? 0,
    memoryMb: config?.memorySizeMB ?? 0,
    power: powerStateOf(values, tasks),
    tools: areToolsRunning(values) ? 'running' : areToolsMissing(values) ? 'not-installed' : 'unknown',
    isReadOnly: false,
    isRecording: record === 'recording',
    isReplaying: record === 'replaying',
    sharedFoldersPath: null,
    question: questionIn(values),
    hasTlsError: false,
  };
}

/** `ubuntu64Guest` of the API is `ubuntu-64` in the .vmx file, and that is what VIX told. */
function guestOsOf(guestId: string): string {
  return guestId
    .replace(/Guest$/, '')
    .replace(/_?64$/, '-64')
    .toLowerCase();
}
