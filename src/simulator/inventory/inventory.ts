import type { EndpointKind } from '../endpoint-kind.js';
import type { Machine, MachineChange, Machines, PowerMark, SeenMachine } from '../machines.js';
import type { ObjectChange, ObjectRegistry } from '../object-registry.js';
import { refKey, type Ref } from '../ref.js';
import {
  Datacenter,
  type DatacenterRefs,
  type Datastore,
  type Network,
  type StoragePod,
  type Volume,
} from './datacenter.js';
import { snapshotOf } from '../snapshot-ref.js';
import { placeOfLocation } from './datastore-path.js';
import { PlacedMachines } from './placed-machines.js';

/** Datacentre and datastore of a world without machines, so that there is a place for the first. */
const firstDatacenter = 'Datacenter';
const firstDatastore = 'datastore1';
/** Network of a host whose machines name none. */
const firstNetwork = 'VM Network';

/** Makes the managed objects of what comes into the inventory. */
export interface InventoryShow {
  datacenter(datacenter: Datacenter): void;
  datastore(datastore: Datastore): void;
  network(network: Network): void;
  pod(pod: StoragePod): void;
}

/** Told how a registered machine stood and stands; both may be the same. */
export type PowerListener = (machine: Machine, before: PowerMark, now: SeenMachine) => void;

/**
 * The inventory that clients walk: datacentres, hosts, datastores and networks, derived from where the machines of the
 * world lie. What has been there once stays, also when its last machine goes.
 */
export class Inventory {
  readonly kind: EndpointKind;
  readonly rootFolder: Ref<'Folder'>;
  readonly #datacenters = new Map<string, Datacenter>();
  readonly #byRef = new Map<string, Datacenter>();
  readonly #machines: Machines;
  readonly #objects: ObjectRegistry;
  #show: InventoryShow | undefined;
  #onPower: PowerListener | undefined;
  readonly #refreshing = new Map<string, Promise<void>>();
  /** Machines that lie in datastores which were taken out. */
  readonly #unmounted = new Map<string, PlacedMachines>();
  #datastoreCount = 0;
  #networkCount = 0;
  #podCount = 0;

  constructor(kind: EndpointKind, machines: Machines, objects: ObjectRegistry) {
    this.kind = kind;
    this.rootFolder = { type: 'Folder', value: kind === 'esx' ? 'ha-folder-root' : 'group-d1' };
    this.#machines = machines;
    this.#objects = objects;
  }

  get datacenters(): readonly Datacenter[] {
    return [...this.#datacenters.values()];
  }

  /** The datacentre that an object belongs to: itself, one of its folders, its host, pool, datastore or network. */
  datacenterOf(ref: Ref): Datacenter | undefined {
    const machine = this.#machines.byRef(ref);
    return machine === undefined ? this.#byRef.get(refKey(ref)) : this.#datacenters.get(machine.datacenter);
  }

  /** Ids from an object up to the root, which permissions come down along; empty for what is no part of the inventory. */
  lineOf(ref: Ref): readonly string[] {
    const root = this.rootFolder.value;
    if (ref.value === root) return [root];
    const entity = snapshotOf(ref)?.vm ?? ref;
    const refs = this.datacenterOf(entity)?.refs;
    if (refs === undefined) return [];
    const between = this.#between(entity, refs).map(({ value }) => value);
    return [...new Set([entity.value, ...between, refs.datacenter.value, root])];
  }

  /** What lies between an object and its datacentre, the nearest first. */
  #between(entity: Ref, refs: DatacenterRefs): readonly Ref[] {
    switch (entity.type) {
      case 'VirtualMachine':
        return [refs.vmFolder];
      case 'HostSystem':
      case 'ResourcePool':
        return [refs.compute, refs.hostFolder];
      case 'HostDatastoreSystem':
        return [refs.host, refs.compute, refs.hostFolder];
      case 'ComputeResource':
      case 'ClusterComputeResource':
        return [refs.hostFolder];
      case 'Datastore':
      case 'HostDatastoreBrowser': {
        const datastore = this.datastoreOf(entity);
        return [datastore?.ref, datastore?.pod?.ref, refs.datastoreFolder].filter((ref) => ref !== undefined);
      }
      case 'StoragePod':
        return [refs.datastoreFolder];
      case 'Network':
        return [refs.networkFolder];
      default:
        return [];
    }
  }

  datastoreOf(ref: Ref): Datastore | undefined {
    const datastores = this.datacenterOf(ref)?.datastores.values() ?? [];
    return [...datastores].find(
      (datastore) => datastore.ref.value === ref.value || datastore.browser.value === ref.value,
    );
  }

  networkOf(ref: Ref): Network | undefined {
    return [...(this.datacenterOf(ref)?.networks.values() ?? [])].find((network) => network.ref.value === ref.value);
  }

  /**
   * Takes in the machines of a world that has just been opened.
   * @param show makes the objects, also of what comes later.
   * @param datacenter what the first datacentre is called when there are no machines to tell.
   */
  async start(ids: readonly string[], show: InventoryShow, datacenter: string = firstDatacenter): Promise<void> {
    this.#show = show;
    for (const id of ids) await this.refresh(id);
    if (this.#datacenters.size === 0) this.datastore(this.#datacenter(datacenter), firstDatastore);
  }

  /** Lets somebody hear of the power of machines. */
  watchPower(listener: PowerListener): void {
    this.#onPower = listener;
  }

  /** Looks at a machine anew, after the world has changed it. Looks at one machine take turns. */
  refresh(id: string): Promise<void> {
    const before = this.#refreshing.get(id) ?? Promise.resolve();
    const look = (): Promise<void> => this.#look(id);
    const done = before.then(look, look).finally(() => {
      if (this.#refreshing.get(id) === done) this.#refreshing.delete(id);
    });
    this.#refreshing.set(id, done);
    return done;
  }

  async #look(id: string): Promise<void> {
    const change = await this.#machines.refresh(id);
    const { before, now, powerBefore, seen } = change;
    if (before !== now) this.#move(change);
    if (now !== undefined && seen !== undefined) {
      const datacenter = this.#datacenter(now.datacenter);
      for (const name of seen.networks) this.network(datacenter, name);
    }
    if (now?.ref === undefined || before?.ref === undefined) return;
    this.#tell(now.ref, 'modify');
    if (powerBefore !== undefined && seen !== undefined) this.#onPower?.(now, powerBefore, seen);
  }

  /** Takes a datastore out of the inventory. What lies in it is there again when it comes back. */
  removeDatastore(datastore: Datastore): void {
    const { datacenter, name, ref, browser, machines } = datastore;
    datacenter.datastores.delete(name);
    for (const gone of [ref, browser]) {
      this.#byRef.delete(refKey(gone));
      this.#objects.remove(gone);
    }
    this.#unmounted.set(unmountedKey(datacenter, name), machines);
    this.#tellDatastores(datacenter);
  }

  /** The datastore of a name, which is made if need be. */
  datastore(datacenter: Datacenter, name: string, volume: Volume = { kind: 'vmfs' }): Datastore {
    const known = datacenter.datastores.get(name);
    if (known !== undefined) return known;
    const number = (this.#datastoreCount += 1);
    const value = this.kind === 'esx' ? `5f000000-0000${number.toString(16).padStart(4, '0')}` : `datastore-${number}`;
    const datastore: Datastore = {
      ref: { type: 'Datastore', value },
      browser: { type: 'HostDatastoreBrowser', value: `datastoreBrowser-${value}` },
      name,
      datacenter,
      volume,
      machines: this.#unmounted.get(unmountedKey(datacenter, name)) ?? new PlacedMachines(),
      isInMaintenance: false,
      pod: undefined,
    };
    datacenter.datastores.set(name, datastore);
    this.#own(datacenter, [datastore.ref, datastore.browser]);
    this.#show?.datastore(datastore);
    this.#tellDatastores(datacenter);
    return datastore;
  }

  /** Makes a pod without datastores. */
  addPod(datacenter: Datacenter, name: string): StoragePod {
    const ref = { type: 'StoragePod', value: `group-p${(this.#podCount += 1)}` } as const;
    const pod: StoragePod = { ref, name, datacenter, isDrsEnabled: false, behavior: 'manual' };
    datacenter.pods.set(name, pod);
    this.#own(datacenter, [ref]);
    this.#show?.pod(pod);
    this.#tell(datacenter.refs.datastoreFolder, 'modify');
    return pod;
  }

  /** Removes a pod that has no datastores. */
  removePod({ datacenter, name, ref }: StoragePod): void {
    datacenter.pods.delete(name);
    this.#byRef.delete(refKey(ref));
    this.#objects.remove(ref);
    this.#tell(datacenter.refs.datastoreFolder, 'modify');
  }

  /** Puts a datastore into a pod, or out of any. */
  moveDatastore(datastore: Datastore, pod: StoragePod | undefined): void {
    const before = datastore.pod;
    datastore.pod = pod;
    const folder = datastore.datacenter.refs.datastoreFolder;
    for (const ref of new Set([datastore.ref, before?.ref ?? folder, pod?.ref ?? folder])) this.#tell(ref, 'modify');
  }

  /** Objects that list the datastores of a datacentre. */
  #tellDatastores({ refs }: Datacenter): void {
    for (const ref of [refs.datastoreFolder, refs.datacenter, refs.host, refs.compute]) this.#tell(ref, 'modify');
  }

  /** The network of a name, which is made if need be. */
  network(datacenter: Datacenter, name: string): Network {
    const known = datacenter.networks.get(name);
    if (known !== undefined) return known;
    const value = this.kind === 'esx' ? `HaNetwork-${name}` : `network-${(this.#networkCount += 1)}`;
    const network: Network = { ref: { type: 'Network', value }, name, datacenter };
    datacenter.networks.set(name, network);
    this.#own(datacenter, [network.ref]);
    this.#show?.network(network);
    const { refs } = datacenter;
    for (const ref of [refs.networkFolder, refs.datacenter, refs.host, refs.compute]) this.#tell(ref, 'modify');
    return network;
  }

  #datacenter(name: string): Datacenter {
    const known = this.#datacenters.get(name);
    if (known !== undefined) return known;
    const datacenter = new Datacenter(name, this.kind, this.#datacenters.size + 1);
    this.#datacenters.set(name, datacenter);
    this.#own(datacenter, Object.values(datacenter.refs));
    this.#show?.datacenter(datacenter);
    this.network(datacenter, firstNetwork);
    this.#tell(this.rootFolder, 'modify');
    return datacenter;
  }

  #own(datacenter: Datacenter, refs: readonly Ref[]): void {
    for (const ref of refs) this.#byRef.set(refKey(ref), datacenter);
  }

  /** Puts a machine where it lies now. */
  #move({ before, now }: MachineChange): void {
    const old = before === undefined ? undefined : this.#placeOf(before);
    const next = now === undefined ? undefined : this.#placeOf(now);
    if (before !== undefined) {
      old?.datacenter.machines.delete(before);
      old?.datastore.machines.delete(before);
    }
    if (now !== undefined) {
      next?.datastore.machines.add(now);
      if (now.ref !== undefined) next?.datacenter.machines.add(now);
    }
    if (before?.ref?.value === now?.ref?.value) return;
    if (before?.ref !== undefined) this.#tell(before.ref, 'leave');
    if (now?.ref !== undefined) this.#tell(now.ref, 'enter');
    for (const place of new Set([old, next])) if (place !== undefined) this.#tellHolders(place);
  }

  #placeOf(machine: Machine): { readonly datacenter: Datacenter; readonly datastore: Datastore } {
    const datacenter = this.#datacenter(machine.datacenter);
    return { datacenter, datastore: this.datastore(datacenter, placeOfLocation(machine.location).datastore) };
  }

  /** Objects that list the machines of a place. */
  #tellHolders({ datacenter, datastore }: { readonly datacenter: Datacenter; readonly datastore: Datastore }): void {
    const { vmFolder, host, pool } = datacenter.refs;
    for (const ref of [vmFolder, host, pool, datastore.ref]) this.#tell(ref, 'modify');
  }

  #tell(ref: Ref, kind: ObjectChange['kind']): void {
    this.#objects.changed({ ref, kind });
  }
}

function unmountedKey({ name }: Datacenter, datastore: string): string {
  return JSON.stringify([name, datastore]);
}
