import { Fault } from '../../base/fault.js';
import { vimMethods, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { vmEvent } from '../vm/vm-event.js';
import { viewOf } from '../vm/vm-kind.js';
import { registeredRef } from '../vm/vm-lifecycle-methods.js';
import { asVimFault } from '../world-faults.js';
import { locationsOfPlace, parseDatastorePath } from './datastore-path.js';
import type { FolderTarget } from './inventory-kinds.js';
import { plainName } from './wire-name.js';

/** What folders of machines can do. */
export const folderMethods = vimMethods<FolderTarget>({
  RegisterVM_Task: (folder, request) => {
    const { endpoint } = folder;
    const { path, name, asTemplate } = request.args;
    const datacenter = endpoint.inventory.datacenterOf(folder.ref);
    if (datacenter === undefined || folder.ref.value !== datacenter.refs.vmFolder.value) {
      throw new VimFault({ $type: 'NotSupported' }, `The folder '${folder.name}' holds no machines.`);
    }
    requirePool(request, datacenter.refs, asTemplate);
    const place = parseDatastorePath(path);
    if (!datacenter.datastores.has(place.datastore)) {
      const fault = { $type: 'InvalidDatastore', name: place.datastore };
      throw new VimFault(fault, `The datacenter '${datacenter.shownName}' has no datastore '${place.datastore}'.`);
    }
    const { session } = request;
    const spec = { method: 'RegisterVM_Task', entity: folder.ref, entityName: folder.name, session };
    return endpoint.tasks.start(spec, async (call) => {
      const { world, machines } = endpoint;
      const location = await existing(folder, locationsOfPlace(datacenter.name, place));
      if (location === undefined) {
        throw new VimFault({ $type: 'NotFound' }, `There is no virtual machine at '${path}'.`);
      }
      const vm = await world.find(location);
      if (machines.byId(vm.id)?.ref !== undefined) {
        throw new VimFault({ $type: 'AlreadyExists', name: path }, `The machine at '${path}' is registered already.`);
      }
      try {
        await world.register(location);
        if (name !== undefined) await vm.settings.change({ name: plainName(name) }, call);
        if (asTemplate) await vm.lifecycle.setTemplate(true, call);
      } catch (error) {
        throw asVimFault(error, { object: folder.ref, subject: name ?? path, wantedState: 'poweredOff' });
      }
      const ref = await registeredRef(endpoint, vm.id);
      const view = await viewOf(endpoint, ref);
      if (view !== undefined) {
        vmEvent(view, { type: 'VmRegisteredEvent', message: `Registered ${view.record.name}`, session });
      }
      return ref;
    });
  },
});

/** A machine needs a pool to run in, and a template cannot have one. */
function requirePool(
  { args }: MethodRequest<{ readonly pool?: Ref | undefined }>,
  { pool }: { readonly pool: Ref },
  isTemplate: boolean,
): void {
  const isRight = isTemplate ? args.pool === undefined : args.pool?.value === pool.value;
  if (isRight) return;
  throw new VimFault(
    { $type: 'InvalidArgument', invalidProperty: 'pool' },
    isTemplate ? 'A template runs in no pool.' : `A machine of this folder runs in the pool ${pool.value}.`,
  );
}

/** The first of the locations at which a machine lies. */
async function existing({ endpoint }: FolderTarget, locations: readonly string[]): Promise<string | undefined> {
  for (const location of locations) {
    try {
      if ((await endpoint.world.idAt(location)) !== null) return location;
    } catch (error) {
      if (error instanceof Fault) throw asVimFault(error, {});
      throw error;
    }
  }
  return undefined;
}
