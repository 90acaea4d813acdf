import { randomUUID } from 'node:crypto';
import type { Schema } from '../../backends/vsphere/soap/schema.js';
import type { RefTo } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind, type ManagedObject } from '../managed-object.js';
import { refKey, type Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';

/** The objects right below another one, or undefined for one that is no container. */
function childrenOf({ inventory }: Endpoint, ref: Ref): readonly Ref[] | undefined {
  if (ref.value === inventory.rootFolder.value) return inventory.datacenters.map(({ refs }) => refs.datacenter);
  const datacenter = inventory.datacenterOf(ref);
  if (datacenter === undefined) return undefined;
  const { refs } = datacenter;
  switch (ref.type) {
    case 'Datacenter':
      return [refs.vmFolder, refs.hostFolder, refs.datastoreFolder, refs.networkFolder];
    case 'Folder':
      if (ref.value === refs.vmFolder.value) return datacenter.machineRefs;
      if (ref.value === refs.hostFolder.value) return [refs.compute];
      if (ref.value === refs.datastoreFolder.value) return datacenter.storageRefs;
      return [...datacenter.networks.values()].map((item) => item.ref);
    case 'StoragePod':
      return datacenter.datastoreRefs([...datacenter.pods.values()].find((pod) => pod.ref.value === ref.value));
    case 'ClusterComputeResource':
    case 'ComputeResource':
      return [refs.host, refs.pool];
    case 'HostSystem':
    case 'ResourcePool':
      return datacenter.machineRefs;
    default:
      return undefined;
  }
}

interface ContainerTarget {
  readonly endpoint: Endpoint;
  readonly ref: Ref<'ContainerView'>;
  readonly container: Ref;
  readonly types: readonly string[];
  readonly isRecursive: boolean;
}

/** Everything below a container that is of the wanted types, each once. */
function contents({ endpoint, container, types, isRecursive }: ContainerTarget): readonly Ref[] {
  const found = new Map<string, Ref>();
  const open = [container];
  const isWanted = wantedTypes(endpoint.schema, types);
  // What is found on the way is walked in its turn.
  for (const at of open) {
    for (const child of childrenOf(endpoint, at) ?? []) {
      const key = refKey(child);
      if (found.has(key)) continue;
      found.set(key, child);
      if (isRecursive && child.type !== 'VirtualMachine') open.push(child);
    }
  }
  return [...found.values()].filter(({ type }) => isWanted(type));
}

function wantedTypes(schema: Schema, types: readonly string[]): (type: string) => boolean {
  const known = new Map<string, boolean>();
  return (type) => {
    const answer = known.get(type) ?? (types.length === 0 || types.some((base) => schema.isA(type, base)));
    known.set(type, answer);
    return answer;
  };
}

function destroyView(endpoint: Endpoint, session: Session, ref: Ref): void {
  endpoint.objectsOf(session).remove(ref);
}

const containerKind: ManagedKind<ContainerTarget> = {
  type: 'ContainerView',
  properties: {
    container: ({ container }) => container,
    recursive: ({ isRecursive }) => isRecursive,
    type: ({ types }) => types,
    view: contents,
  },
  methods: vimMethods<ContainerTarget>({
    DestroyView: ({ endpoint, ref }, { session }) => destroyView(endpoint, session, ref),
  }),
};

interface ListTarget {
  readonly endpoint: Endpoint;
  readonly ref: Ref<'ListView'>;
  refs: readonly Ref[];
}

/** The objects of a list that exist, each once, and those that do not. */
async function sorted(endpoint: Endpoint, session: Session, refs: readonly Ref[]) {
  const there: Ref[] = [];
  const unresolved: Ref[] = [];
  for (const ref of uniqueRefs(refs)) {
    ((await endpoint.find(ref, session)) === undefined ? unresolved : there).push(ref);
  }
  return { there, unresolved };
}

function uniqueRefs(refs: readonly Ref[]): readonly Ref[] {
  return [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];
}

async function setList(view: ListTarget, session: Session, refs: readonly Ref[]): Promise<readonly Ref[]> {
  const { there, unresolved } = await sorted(view.endpoint, session, refs);
  view.refs = there;
  view.endpoint.objectsOf(session).changed({ ref: view.ref, kind: 'modify' });
  return unresolved;
}

const listKind: ManagedKind<ListTarget> = {
  type: 'ListView',
  properties: { view: ({ refs }) => refs },
  methods: vimMethods<ListTarget>({
    DestroyView: ({ endpoint, ref }, { session }) => destroyView(endpoint, session, ref),
    ModifyListView: (view, { args, session }) => {
      const removed = new Set((args.remove ?? []).map(refKey));
      const kept = view.refs.filter((ref) => !removed.has(refKey(ref)));
      return setList(view, session, [...kept, ...(args.add ?? [])]);
    },
    ResetListView: (view, { args, session }) => setList(view, session, args.obj ?? []),
    ResetListViewFromView: async (view, { args, session }) => {
      const other = await view.endpoint.find(args.view, session);
      if (other === undefined) throw viewNotFound(args.view);
      await setList(view, session, viewOf(other, session));
    },
  }),
};

interface InventoryViewTarget {
  readonly endpoint: Endpoint;
  readonly ref: Ref<'InventoryView'>;
  /** Keys of the objects whose children show. */
  readonly open: Set<string>;
}

/** The root, and what is right below each object that is open and shows itself. */
function openContents({ endpoint, open }: InventoryViewTarget): readonly Ref[] {
  const shown: Ref[] = [endpoint.inventory.rootFolder];
  for (const ref of shown) if (open.has(refKey(ref))) shown.push(...(childrenOf(endpoint, ref) ?? []));
  return uniqueRefs(shown);
}

/** Opens or closes objects. @returns those that do not exist. */
async function setOpen(
  view: InventoryViewTarget,
  session: Session,
  refs: readonly Ref[],
  isOpen: boolean,
): Promise<Ref<ManagedEntityName>[]> {
  const { there, unresolved } = await sorted(view.endpoint, session, refs);
  for (const ref of there) {
    if (isOpen) view.open.add(refKey(ref));
    else view.open.delete(refKey(ref));
  }
  view.endpoint.objectsOf(session).changed({ ref: view.ref, kind: 'modify' });
  return unresolved as Ref<ManagedEntityName>[];
}

type ManagedEntityName = RefTo<'ManagedEntity'>['type'];

const inventoryViewKind: ManagedKind<InventoryViewTarget> = {
  type: 'InventoryView',
  properties: { view: openContents },
  methods: vimMethods<InventoryViewTarget>({
    CloseInventoryViewFolder: (view, { args, session }) => setOpen(view, session, args.entity, false),
    DestroyView: ({ endpoint, ref }, { session }) => destroyView(endpoint, session, ref),
    OpenInventoryViewFolder: (view, { args, session }) => setOpen(view, session, args.entity, true),
  }),
};

function viewNotFound(ref: Ref): VimFault {
  return new VimFault({ $type: 'ManagedObjectNotFound', obj: ref }, `There is no ${ref.type} ${ref.value}.`);
}

function newRef<Type extends string>(type: Type, session: Session): Ref<Type> {
  return { type, value: `session[${session.key}]${randomUUID()}` };
}

const viewManagerKind: ManagedKind<Endpoint> = {
  type: 'ViewManager',
  properties: {
    viewList: (endpoint, session) =>
      endpoint
        .objectsOf(session)
        .refs()
        .filter(({ type }) => endpoint.schema.isA(type, 'View')),
  },
  methods: vimMethods<Endpoint>({
    CreateContainerView: async (endpoint, { args, session }) => {
      const { container, type = [], recursive } = args;
      for (const wanted of type) {
        if (endpoint.schema.isA(wanted, 'ManagedEntity')) continue;
        throw new VimFault({ $type: 'InvalidArgument', invalidProperty: 'type' }, `A view cannot hold a '${wanted}'.`);
      }
      if ((await endpoint.find(container, session)) === undefined) throw viewNotFound(container);
      if (childrenOf(endpoint, container) === undefined) {
        const message = `A ${container.type} holds no objects that a view could show.`;
        throw new VimFault({ $type: 'InvalidArgument', invalidProperty: 'container' }, message);
      }
      const ref = newRef('ContainerView', session);
      const target = { endpoint, ref, container, types: [...type], isRecursive: recursive };
      endpoint.objectsOf(session).add(managed(ref, containerKind, target));
      return ref;
    },
    CreateInventoryView: (endpoint, { session }) => {
      const ref = newRef('InventoryView', session);
      endpoint.objectsOf(session).add(managed(ref, inventoryViewKind, { endpoint, ref, open: new Set<string>() }));
      return ref;
    },
    CreateListView: async (endpoint, { args, session }) => {
      const ref = newRef('ListView', session);
      const { there } = await sorted(endpoint, session, args.obj ?? []);
      endpoint.objectsOf(session).add(managed(ref, listKind, { endpoint, ref, refs: there }));
      return ref;
    },
    CreateListViewFromView: async (endpoint, { args, session }) => {
      const other = await endpoint.find(args.view, session);
      if (other === undefined) throw viewNotFound(args.view);
      const ref = newRef('ListView', session);
      const refs = viewOf(other, session);
      endpoint.objectsOf(session).add(managed(ref, listKind, { endpoint, ref, refs }));
      return ref;
    },
  }),
};

function viewOf(view: ManagedObject, session: Session): readonly Ref[] {
  const refs = view.property('view', session);
  return Array.isArray(refs) ? refs : [];
}

/** Puts the view manager into an endpoint; views hear of what comes and goes. */
export function addViewManager(endpoint: Endpoint): void {
  endpoint.addManager('viewManager', managed({ type: 'ViewManager', value: 'ViewManager' }, viewManagerKind, endpoint));
  endpoint.objects.onChange(({ ref, kind }) => {
    if (kind === 'modify' || !endpoint.schema.isA(ref.type, 'ManagedEntity')) return;
    for (const session of endpoint.sessions.list()) {
      for (const type of ['ContainerView', 'InventoryView']) endpoint.objectsOf(session).changedType(type);
    }
  });
}
