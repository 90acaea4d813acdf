import { Fault } from '../../../base/fault.js';
import { isVimError } from '../errors/vim-error.js';
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
  /** false unless asked for. */
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
 *
 * @param more is read, too. With thousands of machines each property costs the server tens of milliseconds.
 */
export async function* machinePages(
  connection: VsphereConnection,
  folder: Ref,
  call: CallSignal,
  more: readonly ('runtime.powerState' | 'datastore')[] = [],
): AsyncGenerator<readonly ListedMachine[]> {
  const refs = await machinesBelow(connection, folder, call);
  const pathSet = ['name', 'summary.config.vmPathName', ...more] as const;
  for await (const page of connection.propertiesOfEach(refs, 'VirtualMachine', pathSet, call)) {
    yield page.flatMap(listedMachine);
  }
}

/**
 * References to all machines below a folder. They come in one short answer, and their properties can be asked for in parts
 * then: a server takes long to collect those of thousands, which it does before it answers even with the first page.
 */
async function machinesBelow(connection: VsphereConnection, folder: Ref, call: CallSignal): Promise<readonly Ref[]> {
  const { viewManager } = connection.content;
  if (viewManager === undefined) {
    throw new Fault('not-supported', `${connection.about.fullName} cannot list its inventory.`);
  }
  const container = folder as Ref<'Folder'>;
  const args = { container, type: ['VirtualMachine'], recursive: true };
  for (;;) {
    const { generation } = connection.session;
    const view = await connection.call(viewManager, 'CreateContainerView', args, call);
    try {
      return (await connection.properties(view, ['view'], call)).get('view') ?? [];
    } catch (error) {
      // With its session the view has gone.
      if (connection.session.generation === generation || !isVimError(error, 'ManagedObjectNotFound')) throw error;
    } finally {
      // Nobody needs to wait for that.
      connection.session.call(view, 'DestroyView', {}).catch(() => undefined);
    }
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
