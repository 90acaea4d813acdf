import { qualifiedLocation } from '../../world/location.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import { adoptConfiguration } from '../datastores/adopt-configuration.js';
import { requireProvisioning } from '../datastores/datastore-state.js';
import type { Endpoint } from '../endpoint.js';
import { vimMethods, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { machineToCreate } from '../vm/create-machine.js';
import { vmEvent } from '../vm/vm-event.js';
import { viewOf } from '../vm/vm-kind.js';
import { registeredRef } from '../vm/new-machine.js';
import { asVimFault } from '../world-faults.js';
import type { Datacenter, Datastore } from './datacenter.js';
import { formatDatastorePath, locationsOfPlace, parseDatastorePath, type DatastorePath } from './datastore-path.js';
import type { FolderTarget } from './inventory-kinds.js';
import { plainName } from './wire-name.js';

/** What folders of machines can do. */
export const folderMethods = vimMethods<FolderTarget>({
  CreateVM_Task: (folder, request) => {
    const { endpoint, ref, name } = folder;
    const { session, args } = request;
    const datacenter = datacenterOf(folder);
    requirePool(request, datacenter.refs, false);
    requireHost(args.host, datacenter.refs);
    const create = machineToCreate({ endpoint, datacenter, folder: ref, session, spec: args.config });
    const spec = { method: 'CreateVM_Task', entity: ref, entityName: name, session };
    return endpoint.tasks.start(spec, async (call) => {
      try {
        const made = await create(call);
        const view = await viewOf(endpoint, made);
        if (view !== undefined) {
          vmEvent(view, {
            type: 'VmCreatedEvent',
            message: `Created virtual machine ${view.record.name} on ${datacenter.hostName} in ${datacenter.shownName}`,
            session,
          });
        }
        return made;
      } catch (error) {
        throw asVimFault(error, { object: ref, subject: args.config.files?.vmPathName ?? '' });
      }
    });
  },
  RegisterVM_Task: (folder, request) => {
    const { endpoint } = folder;
    const { path, name, asTemplate } = request.args;
    const datacenter = datacenterOf(folder);
    requirePool(request, datacenter.refs, asTemplate);
    const place = parseDatastorePath(path);
    const datastore = datacenter.datastores.get(place.datastore);
    if (datastore === undefined) {
      const fault = { $type: 'InvalidDatastore', name: place.datastore };
      throw new VimFault(fault, `The datacenter '${datacenter.shownName}' has no datastore '${place.datastore}'.`);
    }
    requireProvisioning(datastore);
    const { session } = request;
    const spec = { method: 'RegisterVM_Task', entity: folder.ref, entityName: folder.name, session };
    return endpoint.tasks.start(spec, async (call) => {
      const context = { object: folder.ref, subject: name ?? path, wantedState: 'poweredOff' };
      try {
        const vm = await machineAt(endpoint, datastore, place);
        if (endpoint.machines.byId(vm.id)?.ref !== undefined) {
          throw new VimFault({ $type: 'AlreadyExists', name: path }, `The machine at '${path}' is registered already.`);
        }
        const { datacenter: holder, location } = await vm.record();
        await endpoint.world.register(qualifiedLocation({ datacenter: holder, location }));
        if (name !== undefined) await vm.settings.change({ name: plainName(name) }, call);
        if (asTemplate) await vm.lifecycle.setTemplate(true, call);
        const ref = await registeredRef(endpoint, vm.id);
        const view = await viewOf(endpoint, ref);
        if (view !== undefined) {
          vmEvent(view, { type: 'VmRegisteredEvent', message: `Registered ${view.record.name}`, session });
        }
        return ref;
      } catch (error) {
        throw asVimFault(error, context);
      }
    });
  },
});

/**
 * The machine of the world at a place; one is made of a configuration file that a client has put there.
 * @throws VimFault `NotFound`; Fault `vm-config-unreadable`.
 */
async function machineAt(endpoint: Endpoint, datastore: Datastore, place: DatastorePath): Promise<VirtualMachine> {
  const { world } = endpoint;
  const locations = locationsOfPlace(datastore.datacenter.name, place);
  for (const isSecondLook of [false, true]) {
    for (const location of locations) if ((await world.idAt(location)) !== null) return world.find(location);
    if (!isSecondLook && !(await adoptConfiguration(endpoint, datastore, place))) break;
  }
  throw new VimFault({ $type: 'NotFound' }, `There is no virtual machine at '${formatDatastorePath(place)}'.`);
}

/** The datacentre whose machines the folder holds. @throws VimFault `NotSupported`. */
function datacenterOf({ endpoint, ref, name }: FolderTarget): Datacenter {
  const datacenter = endpoint.inventory.datacenterOf(ref);
  if (datacenter !== undefined && ref.value === datacenter.refs.vmFolder.value) return datacenter;
  throw new VimFault({ $type: 'NotSupported' }, `The folder '${name}' holds no machines.`);
}

function requireHost(host: Ref | undefined, refs: { readonly host: Ref }): void {
  if (host === undefined || host.value === refs.host.value) return;
  const fault = { $type: 'InvalidArgument', invalidProperty: 'host' };
  throw new VimFault(fault, `A machine of this folder runs on the host ${refs.host.value}.`);
}

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
