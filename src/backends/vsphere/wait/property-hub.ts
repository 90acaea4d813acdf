import { Allowance } from '../../../base/allowance.js';
import { type Clock, type ClockTimer, sleep } from '../../../base/clock.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import { isVimError, VimError } from '../errors/vim-error.js';
import { HttpFailure } from '../http/http-failure.js';
import type { Properties } from '../properties.js';
import type { Session } from '../session/session.js';
import type { VsphereSettings } from '../settings.js';
import { isRef, type Ref, refKey } from '../soap/values.js';
import type { UpdateSet } from '../vim/generated/types.js';
import { retrieveAll } from './retrieve-all.js';
import { watchedPaths, type WatchedType } from './watched-paths.js';

/** How long the server holds a wait in which nothing happens. */
const holdSeconds = 60;
/** Objects of which one answer tells, the rest follows at once: so few that reading it does not hold up the event loop. */
const mostUpdates = 100;
/** How much longer than that an answer may take. */
const graceMs = 30_000;
/** How long the last wait goes on when nobody waits any more: the next operation often comes at once. */
const lingerMs = 1500;
const pauseMs = 500;
/** Objects that nobody waits for and that may stay on the list until it changes anyway. */
const mostIdle = 50;

/** Faults that a wait meets however often it is tried. Every other one may be of a server that starts or stops. */
const lasting = [
  'NoPermission',
  'NotSupported',
  'InvalidProperty',
  'MethodNotFound',
  'InvalidArgument',
  'InvalidRequest',
  'InvalidType',
  'NotImplemented',
  // Of a machine, not of the server.
  'InvalidPowerState',
  'ToolsUnavailable',
];

/** Ends a request or a pause with which nothing is wrong. */
const wakeUp = 'there is something else to do';

/** Somebody who waits for an object. */
export interface Observer {
  /** The object's properties, all that are set; at first, and after each change. */
  changed(values: Properties): void;
  /** The object is not there any more, or nothing can be heard of it. Nothing comes after this. */
  failed(error: unknown): void;
}

interface Watched {
  readonly ref: Ref<WatchedType>;
  readonly observers: Set<Observer>;
  /** undefined until the server has told all of them. */
  values: Map<string, unknown> | undefined;
  /** Counts what the server has told. */
  revision: number;
  /** The server has been asked for the values, or will tell them by itself. */
  isAsked: boolean;
}

/** What a session keeps on the server to watch objects; gone with its login. */
interface Station {
  readonly generation: number;
  readonly view: Ref<'ListView'>;
  readonly collector: Ref<'PropertyCollector'>;
  /** Keys of the objects that the view holds. */
  readonly held: Set<string>;
  version: string;
}

/**
 * Watches objects of one session for everybody who waits: a list of them on the server, one filter over the list, and
 * one wait for its changes, however many wait here. It is rebuilt when the server has forgotten it.
 */
export class PropertyHub {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #settings: VsphereSettings;
  readonly #watched = new Map<string, Watched>();
  #station: Station | undefined;
  /** Ends the request that waits for changes, or the pause after a failed one. */
  #waiting: LinkedAbort | undefined;
  #isRunning = false;
  #syncing: Promise<void> | undefined;
  #linger: ClockTimer | undefined;
  #end: { readonly error: unknown } | undefined;

  constructor(session: Session, clock: Clock, settings: VsphereSettings) {
    this.#session = session;
    this.#clock = clock;
    this.#settings = settings;
    session.onRenewed(() => this.#waiting?.abort(wakeUp));
    session.onLost((fault) => this.close(fault));
  }

  /** Tells the observer of an object until the returned function is called. */
  observe(ref: Ref<WatchedType>, observer: Observer): () => void {
    if (this.#end !== undefined) {
      observer.failed(this.#end.error);
      return () => undefined;
    }
    const key = refKey(ref);
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      watched = { ref, observers: new Set(), values: undefined, revision: 0, isAsked: false };
      this.#watched.set(key, watched);
    } else if (watched.values !== undefined) {
      observer.changed(watched.values as Properties);
    }
    watched.observers.add(observer);
    this.#linger?.cancel();
    // A failure ends the wait that is under way, which deals with it.
    this.#sync().catch(() => undefined);
    void this.#run();
    return () => this.#leave(key, observer);
  }

  /** Ends every wait with the error. */
  close(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#linger?.cancel();
    this.#waiting?.abort(error);
    const all = [...this.#watched.values()];
    this.#watched.clear();
    for (const { observers } of all) for (const observer of [...observers]) observer.failed(error);
  }

  #leave(key: string, observer: Observer): void {
    const watched = this.#watched.get(key);
    if (watched?.observers.delete(observer) !== true || watched.observers.size > 0) return;
    this.#watched.delete(key);
    if (this.#watched.size > 0) return;
    this.#linger?.cancel();
    this.#linger = this.#clock.after(lingerMs, () => this.#waiting?.abort(wakeUp));
  }

  /** Waits for changes as long as somebody is interested. Never rejects. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let outage: Allowance | undefined;
    while (this.#end === undefined && this.#watched.size > 0) {
      const waiting = new LinkedAbort();
      this.#waiting = waiting;
      try {
        await this.#wait(waiting.signal);
        outage?.end();
        outage = undefined;
      } catch (error) {
        outage = await this.#recover(error, outage);
      }
    }
    outage?.end();
    this.#isRunning = false;
    this.#waiting = undefined;
    const station = this.#station;
    this.#station = undefined;
    if (station !== undefined && this.#end === undefined) await this.#destroy(station);
  }

  /**
   * Gives up what may be broken, and rests before the next turn, but not forever.
   *
   * @param outage since the first of the failures without a good turn between them.
   */
  async #recover(error: unknown, outage: Allowance | undefined): Promise<Allowance | undefined> {
    const station = this.#station;
    this.#station = undefined;
    if (station !== undefined) void this.#destroy(station);
    if (error === wakeUp || this.#end !== undefined) return outage;
    const allowance = outage ?? new Allowance(this.#clock, this.#settings.reconnectMs);
    const isOfOne = this.#giveUpNamed(error);
    const isPassing = error instanceof HttpFailure || (error instanceof VimError && !isVimError(error, ...lasting));
    if (isOfOne || (isPassing && !allowance.isOver)) {
      await this.#rest();
      return allowance;
    }
    // Whoever comes next is given all the time again.
    allowance.end();
    this.#fail(error instanceof HttpFailure ? this.#session.tooLong(error) : error);
    return undefined;
  }

  /** Ends early when there is something else to do, but never with an error. */
  async #rest(): Promise<void> {
    const resting = new LinkedAbort();
    this.#waiting = resting;
    await sleep(this.#clock, pauseMs, resting.signal).catch(() => undefined);
  }

  /** One turn: makes sure that everything is in place on the server, and takes in what has changed. */
  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#station === undefined || this.#station.generation !== this.#session.generation) {
      this.#station = await this.#build(signal);
    }
    await this.#sync();
    const station = this.#station;
    if (station === undefined) return;
    const update = await this.#session.call(
      station.collector,
      'WaitForUpdatesEx',
      { version: station.version, options: { maxWaitSeconds: holdSeconds, maxObjectUpdates: mostUpdates } },
      { signal, timeoutMs: holdSeconds * 1000 + graceMs, isOnce: true },
    );
    // Without a result nothing has happened; the version stays.
    if (update === undefined) return;
    station.version = update.version;
    const doubtful = this.#take(update);
    if (doubtful.length > 0) await this.#read(doubtful);
  }

  async #build(signal: AbortSignal): Promise<Station> {
    const { propertyCollector, viewManager } = this.#session.content;
    if (viewManager === undefined) throw new VimError({ $type: 'NotSupported' }, 'the server has no views');
    const call = { signal };
    const view = await this.#session.call(viewManager, 'CreateListView', {}, call);
    const { generation } = this.#session;
    const collector = await this.#session.call(propertyCollector, 'CreatePropertyCollector', {}, call);
    const members = { $type: 'TraversalSpec' as const, type: 'ListView', path: 'view', skip: false };
    const spec = {
      propSet: Object.entries(watchedPaths).map(([type, pathSet]) => ({ type, pathSet })),
      objectSet: [{ obj: view, skip: true, selectSet: [members] }],
    };
    await this.#session.call(collector, 'CreateFilter', { spec, partialUpdates: false }, call);
    return { generation, view, collector, held: new Set(), version: '' };
  }

  /** Brings the list on the server in line with what is watched. One at a time. */
  #sync(): Promise<void> {
    return (this.#syncing ??= this.#syncOnce()
      .catch((error: unknown) => {
        // The wait would not end by itself: the list that it looks at may be gone.
        this.#waiting?.abort(error);
        throw error;
      })
      .finally(() => (this.#syncing = undefined)));
  }

  async #syncOnce(): Promise<void> {
    for (;;) {
      const station = this.#station;
      if (station === undefined) return;
      const watched = [...this.#watched.values()];
      const added = watched.filter(({ ref }) => !station.held.has(refKey(ref)));
      const idle = [...station.held].filter((key) => !this.#watched.has(key));
      // What was on the list a moment ago may never have left it for the server, which then tells nothing. A task that
      // is new to the list has not been there before.
      const unread = watched.filter((entry) => {
        return entry.values === undefined && !entry.isAsked && (entry.ref.type !== 'Task' || !added.includes(entry));
      });
      if (added.length === 0 && unread.length === 0 && idle.length < mostIdle) return;
      for (const { ref } of added) station.held.add(refKey(ref));
      for (const key of idle) station.held.delete(key);
      for (const entry of [...added, ...unread]) entry.isAsked = true;
      if (added.length > 0 || idle.length >= mostIdle) {
        const change = { add: added.map(({ ref }) => ref), remove: idle.map(refOfKey) };
        const missing = await this.#session.call(station.view, 'ModifyListView', change);
        this.#dropMissing(missing);
      }
      if (unread.length > 0) await this.#read(unread);
    }
  }

  /** Reads objects that the server may not tell of by itself. */
  async #read(unread: readonly Watched[]): Promise<void> {
    const revisions = new Map(unread.map((entry) => [entry, entry.revision]));
    const types = [...new Set(unread.map(({ ref }) => ref.type))];
    const objects = await retrieveAll(this.#session, {
      propSet: types.map((type) => ({ type, pathSet: watchedPaths[type] })),
      objectSet: unread.map(({ ref }) => ({ obj: ref })),
      reportMissingObjectsInResults: true,
    });
    const outdated: Watched[] = [];
    const found = new Set<string>();
    for (const { obj, propSet = [] } of objects) {
      found.add(refKey(obj));
      const entry = this.#watched.get(refKey(obj));
      if (entry === undefined) continue;
      const values = new Map(propSet.map(({ name, val }) => [name, val]));
      if (entry.revision === revisions.get(entry)) this.#tell(entry, values);
      else if (entry.values === undefined) outdated.push(entry);
    }
    this.#dropMissing(unread.map(({ ref }) => ref).filter((ref) => !found.has(refKey(ref))));
    if (outdated.length > 0) await this.#read(outdated);
  }

  /** @returns what the server has to be asked for once more. */
  #take({ filterSet = [] }: UpdateSet): readonly Watched[] {
    const doubtful: Watched[] = [];
    for (const { objectSet = [], missingSet = [] } of filterSet) {
      for (const { obj, kind, changeSet = [] } of objectSet) {
        const entry = this.#watched.get(refKey(obj));
        if (entry === undefined) continue;
        entry.revision += 1;
        // It may be gone, or have been off the list for a moment; and a change alone is not the whole.
        if (kind === 'leave') doubtful.push(entry);
        if (kind === 'leave' || (kind === 'modify' && entry.values === undefined)) continue;
        const values = new Map(kind === 'enter' ? [] : entry.values);
        for (const { name, op, val } of changeSet) {
          if (op === 'assign' && val !== undefined) values.set(name, val);
          else values.delete(name);
        }
        this.#tell(entry, values);
      }
      this.#dropMissing(missingSet.map(({ obj }) => obj));
    }
    return doubtful;
  }

  #tell(entry: Watched, values: Map<string, unknown>): void {
    entry.values = values;
    entry.revision += 1;
    for (const observer of [...entry.observers]) observer.changed(values as Properties);
  }

  /** Tells those who wait for objects that the server does not know. */
  #dropMissing(refs: readonly unknown[]): void {
    for (const ref of refs) {
      if (!isRef(ref)) continue;
      const entry = this.#watched.get(refKey(ref));
      if (entry === undefined) continue;
      const fault = { $type: 'ManagedObjectNotFound', obj: entry.ref };
      this.#giveUp(entry, new VimError(fault, `the server does not know ${entry.ref.value} any more`));
    }
  }

  /** Gives up the object that a fault is about. @returns whether somebody watched it. */
  #giveUpNamed(error: unknown): boolean {
    if (!isVimError(error, 'ManagedObjectNotFound', 'NoPermission')) return false;
    const named = error.fault['obj'] ?? error.fault['object'];
    const entry = isRef(named) ? this.#watched.get(refKey(named)) : undefined;
    if (entry === undefined) return false;
    this.#giveUp(entry, error);
    return true;
  }

  /** Tells everybody that there is nothing to wait for. */
  #fail(error: unknown): void {
    for (const entry of [...this.#watched.values()]) this.#giveUp(entry, error);
  }

  #giveUp(entry: Watched, error: unknown): void {
    this.#watched.delete(refKey(entry.ref));
    for (const observer of [...entry.observers]) observer.failed(error);
    entry.observers.clear();
  }

  /** Frees what the server keeps for a station that nobody needs any more; with a new login it is gone already. */
  async #destroy({ generation, view, collector }: Station): Promise<void> {
    if (generation !== this.#session.generation) return;
    const once = { isOnce: true };
    await this.#session.call(collector, 'DestroyPropertyCollector', {}, once).catch(() => undefined);
    await this.#session.call(view, 'DestroyView', {}, once).catch(() => undefined);
  }
}

function refOfKey(key: string): Ref {
  const colon = key.indexOf(':');
  return { type: key.slice(0, colon), value: key.slice(colon + 1) };
}
