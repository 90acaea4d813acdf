import { Fault } from '../../../base/fault.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { propertiesOf } from '../properties.js';
import type { Ref } from '../soap/values.js';
import type { ObjectContent } from '../vim/generated/types.js';
import { plainName } from './names.js';

/** A machine as lists show it. */
export interface ListedMachine {
  readonly ref: Ref<'VirtualMachine'>;
  readonly name: string;
  /** `[datastore] folder/name.vmx`. */
  readonly path: string;
  readonly isOn: boolean;
  /** Empty unless asked for. */
  readonly datastores: readonly Ref<'Datastore'>[];
}

/**
 * All machines below a folder, in the server's order. Machines without a path, as those are whose host is gone, cannot be
 * opened and are left out.
 */
export async function* allMachines(
  connection: VsphereConnection,
  folder: Ref,
  call: CallSignal,
): AsyncGenerator<ListedMachine> {
  for await (const page of machinePages(connection, folder, call)) for (const machine of page) yield machine;
}

/**
 * The machines of `allMachines` in pages as they arrive: each machine that goes through an async generator by itself
 * costs several promises there.
 */
export async function* machinePages(
  connection: VsphereConnection,
  folder: Ref,
  call: CallSignal,
  withDatastores = false,
): AsyncGenerator<readonly ListedMachine[]> {
  const { viewManager } = connection.content;
  if (viewManager === undefined) {
    throw new Fault('not-supported', `${connection.about.fullName} cannot list its inventory.`);
  }
  const container = folder as Ref<'Folder'>;
  const args = { container, type: ['VirtualMachine'], recursive: true };
  const view = await connection.call(viewManager, 'CreateContainerView', args, call);
  const members = { $type: 'TraversalSpec' as const, type: 'ContainerView', path: 'view' };
  const paths = ['name', 'summary.config.vmPathName', 'runtime.powerState'];
  const spec = {
    propSet: [{ type: 'VirtualMachine', pathSet: withDatastores ? [...paths, 'datastore'] : paths }],
    objectSet: [{ obj: view, skip: true, selectSet: [members] }],
  };
  try {
    for await (const page of connection.retrieve(spec, call)) yield page.flatMap(listedMachine);
  } finally {
    // Nobody needs to wait for that; with the session the view is gone as well.
    connection.session.call(view, 'DestroyView', {}).catch(() => undefined);
  }
}

function listedMachine(object: ObjectContent): readonly ListedMachine[] {
  const values = propertiesOf(object);
  const path = values.get('summary.config.vmPathName');
  if (path === undefined || path === '') return [];
  return [
    {
      ref: object.obj as Ref<'VirtualMachine'>,
      name: plainName(values.get('name') ?? ''),
      path,
      isOn: values.get('runtime.powerState') === 'poweredOn',
      datastores: values.get('datastore') ?? [],
    },
  ];
}
