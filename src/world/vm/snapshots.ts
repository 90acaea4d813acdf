import { randomUUID } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import { requireNoRecording } from './power.js';
import { isOnIn, startTransition, turnOff, type VmPowerView } from './power-state.js';
import { requireNoQuestion } from './question.js';
import type { SnapshotRecord, VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** How many snapshots may hang one below the other. */
export const deepestSnapshotChain = 32;
/** How many snapshots one machine may have in all. */
export const mostSnapshots = 496;
/** Longest name of a snapshot, in bytes of UTF-8. */
const longestSnapshotName = 80;

/** One snapshot with its subtree. */
export interface SnapshotView {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The state that a revert brings back. */
  readonly power: VmPowerView;
  readonly isReplayable: boolean;
  readonly createdAtMs: number;
  readonly children: readonly SnapshotView[];
}

export interface SnapshotTreeView {
  readonly roots: readonly SnapshotView[];
  readonly currentId: string | null;
}

/** The snapshots of one virtual machine. */
export class VmSnapshots {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  async tree(call: WorldCall): Promise<SnapshotTreeView> {
    await this.#scope.begin('snapshots.tree', call);
    return this.#scope.read(({ record }) => ({
      roots: childrenOf(record.snapshots),
      currentId: record.currentSnapshotId,
    }));
  }

  /**
   * Takes a snapshot below the current one, which it then is. Memory counts only for a machine that runs.
   * @param options.isUnique refuse a name that a snapshot of the machine has.
   * @returns its id.
   * @throws Fault `snapshot-name-too-long`, `snapshot-too-many`, `snapshot-too-deep`, `snapshot-no-change`,
   *   `snapshot-exists`, `recording-active`, `replay-active`.
   */
  async create(
    {
      isUnique = false,
      ...options
    }: {
      readonly name: string;
      readonly description: string;
      readonly includeMemory: boolean;
      readonly isUnique?: boolean;
    },
    call: WorldCall,
  ): Promise<string> {
    const scope = this.#scope;
    await scope.begin('snapshots.create', call);
    return scope.updateWhenSettled(call, async ({ record }) => {
      requireNoQuestion(record);
      requireNoRecording(record, 'A snapshot');
      if (isUnique) requireNewName(record, options.name);
      requireRoomForSnapshot(record, options.name);
      return addSnapshot(scope, record, { ...options, isReplayable: false });
    });
  }

  /**
   * Brings the machine back to a snapshot: its power state, configuration, variables and the guest with its files. All
   * that happened since is lost.
   * @param options.suppressPowerOn leave the machine off where the snapshot was taken while it ran.
   * @throws Fault `snapshot-not-found`, `recording-active`, `replay-active`.
   */
  async revert(
    options: { readonly id: string; readonly suppressPowerOn: boolean; readonly showConsole: boolean },
    call: WorldCall,
  ): Promise<void> {
    const scope = this.#scope;
    await scope.begin('snapshots.revert', call);
    await scope.updateWhenSettled(call, async ({ record }) => {
      requireNoRecording(record, 'Reverting');
      await restoreSnapshot(scope, record, findSnapshot(record, options.id), options.suppressPowerOn);
    });
    await scope.seeThrough(call);
  }

  /**
   * Removes a snapshot; its children move up, unless they go too. The machine itself stays as it is.
   * @throws Fault `snapshot-not-found`, `recording-active`, `replay-active`.
   */
  async remove(options: { readonly id: string; readonly removeChildren: boolean }, call: WorldCall): Promise<void> {
    const scope = this.#scope;
    await scope.begin('snapshots.remove', call);
    const removedIds = await scope.updateWhenSettled(call, ({ record }) => {
      requireNoRecording(record, 'Removing a snapshot');
      return dropSnapshots(record, findSnapshot(record, options.id), options.removeChildren);
    });
    // The record no longer names them, so a crash from here on leaves files that nobody misses.
    for (const id of removedIds) await scope.services.store.deleteImage(scope.id, id);
  }

  /**
   * Gives a snapshot another name or description; what is absent stays.
   * @throws Fault `snapshot-not-found`, `snapshot-name-too-long`.
   */
  async rename(
    id: string,
    change: { readonly name?: string; readonly description?: string },
    call: WorldCall,
  ): Promise<void> {
    await this.#scope.begin('snapshots.rename', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      const snapshot = findSnapshot(record, id);
      if (change.name !== undefined) requireShortName(change.name);
      snapshot.name = change.name ?? snapshot.name;
      snapshot.description = change.description ?? snapshot.description;
    });
  }
}

/** @throws Fault `snapshot-exists`. */
function requireNewName(record: VmRecord, name: string): void {
  if (!record.snapshots.some((snapshot) => snapshot.name === name)) return;
  throw new Fault(
    'snapshot-exists',
    `'${record.name}' has a snapshot '${name}' already. Choose another name, or delete that one first.`,
  );
}

/** @throws Fault `snapshot-name-too-long`. */
function requireShortName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes <= longestSnapshotName) return;
  throw new Fault(
    'snapshot-name-too-long',
    `The snapshot name '${name.slice(0, 20)}...' has ${bytes} bytes; at most ${longestSnapshotName} are allowed.`,
  );
}

/** @throws Fault `snapshot-not-found`. */
export function findSnapshot(record: VmRecord, id: string): SnapshotRecord {
  const snapshot = record.snapshots.find((candidate) => candidate.id === id);
  if (snapshot === undefined) {
    throw new Fault('snapshot-not-found', `'${record.name}' has no snapshot with the id '${id}'. Was it removed?`);
  }
  return snapshot;
}

/** Adds a snapshot of the present state below the current one and makes it current; inside an update only. */
export async function addSnapshot(
  scope: VmScope,
  record: VmRecord,
  options: {
    readonly name: string;
    readonly description: string;
    readonly includeMemory: boolean;
    readonly isReplayable: boolean;
  },
): Promise<string> {
  const nowMs = scope.clock.now();
  const { power } = record;
  const phase =
    power.phase === 'suspended' ? 'suspended' : power.phase === 'on' && options.includeMemory ? 'on' : 'off';
  const hasMemory = phase !== 'off';
  const id = randomUUID();
  const snapshot: SnapshotRecord = {
    id,
    number: 1 + Math.max(0, ...record.snapshots.map(({ number }) => number)),
    name: options.name,
    description: options.description,
    parentId: record.currentSnapshotId,
    createdAtMs: nowMs,
    phase,
    hasMemory,
    isReplayable: options.isReplayable,
    state: structuredClone({
      config: record.config,
      hardwareVersion: record.hardwareVersion,
      cpuCount: record.cpuCount,
      memoryMb: record.memoryMb,
      guestVariables: hasMemory ? record.guestVariables : {},
      guest: hasMemory ? record.guest : { ...record.guest, processes: [] },
      ...(hasMemory ? { consoleLines: record.consoleLines } : {}),
    }),
  };
  if (hasMemory && power.bootedAtMs !== null) {
    snapshot.bootedAtMs = power.bootedAtMs;
    snapshot.frozenAtMs = power.frozenAtMs ?? nowMs;
  }
  await scope.services.store.saveImage(scope.id, id);
  record.snapshots.push(snapshot);
  record.currentSnapshotId = id;
  return id;
}

/** Makes the record and the files those of the snapshot; inside an update only. */
export async function restoreSnapshot(
  scope: VmScope,
  record: VmRecord,
  snapshot: SnapshotRecord,
  staysOff: boolean,
): Promise<void> {
  const { power } = record;
  const state = structuredClone(snapshot.state);
  turnOff(record);
  scope.services.guests.stop(scope.id);
  await scope.services.store.restoreImage(scope.id, snapshot.id);
  record.config = state.config;
  record.hardwareVersion = state.hardwareVersion;
  record.cpuCount = state.cpuCount;
  record.memoryMb = state.memoryMb;
  record.guest = state.guest;
  record.currentSnapshotId = snapshot.id;
  power.bootCount += 1;
  if (!snapshot.hasMemory || (snapshot.phase === 'on' && staysOff)) {
    record.guest.processes = [];
    return;
  }
  record.guestVariables = state.guestVariables;
  record.consoleLines = state.consoleLines ?? [];
  for (const process of record.guest.processes) {
    process.bootCount = power.bootCount;
    // What ran the program has ended with the state that was left; the process stays in the table until it is killed.
    process.runnerPid = null;
  }
  power.phase = 'suspended';
  power.bootedAtMs = snapshot.bootedAtMs ?? snapshot.createdAtMs;
  power.frozenAtMs = snapshot.frozenAtMs ?? snapshot.createdAtMs;
  if (snapshot.phase === 'on') {
    startTransition(record, 'resuming', { nowMs: scope.clock.now(), durationMs: scope.services.transitionMs });
  }
}

/** @throws Fault for a name or a tree that allows no further snapshot. */
export function requireRoomForSnapshot(record: VmRecord, name: string): void {
  requireShortName(name);
  if (record.snapshots.length >= mostSnapshots) {
    throw new Fault('snapshot-too-many', `'${record.name}' has ${mostSnapshots} snapshots already. Remove some.`);
  }
  const byId = new Map(record.snapshots.map((snapshot) => [snapshot.id, snapshot]));
  let depth = 0;
  for (let id = record.currentSnapshotId; id !== null; id = byId.get(id)?.parentId ?? null) depth += 1;
  if (depth >= deepestSnapshotChain) {
    throw new Fault(
      'snapshot-too-deep',
      `'${record.name}' has ${deepestSnapshotChain} snapshots one below the other already. Remove one, or go back to an earlier one.`,
    );
  }
  const current = record.currentSnapshotId === null ? undefined : byId.get(record.currentSnapshotId);
  const isSame = current?.phase === 'suspended' && current.frozenAtMs === record.power.frozenAtMs;
  if (record.power.phase === 'suspended' && isSame) {
    throw new Fault(
      'snapshot-no-change',
      `'${record.name}' is suspended as it was at its snapshot '${current?.name}'. Resume it before the next one.`,
    );
  }
}

/** Takes snapshots out of the record. @returns the ids of those that are gone. */
function dropSnapshots(record: VmRecord, snapshot: SnapshotRecord, withChildren: boolean): readonly string[] {
  const removed = new Set([snapshot.id]);
  if (withChildren) {
    // Sets yield what is added while they are walked, so this reaches every generation.
    for (const id of removed) {
      for (const candidate of record.snapshots) if (candidate.parentId === id) removed.add(candidate.id);
    }
  }
  record.snapshots = record.snapshots.filter(({ id }) => !removed.has(id));
  for (const child of record.snapshots) if (child.parentId === snapshot.id) child.parentId = snapshot.parentId;
  if (record.currentSnapshotId !== null && removed.has(record.currentSnapshotId)) {
    record.currentSnapshotId = snapshot.parentId;
  }
  return [...removed];
}

function childrenOf(snapshots: readonly SnapshotRecord[]): readonly SnapshotView[] {
  const byParent = new Map<string | null, SnapshotRecord[]>();
  for (const snapshot of snapshots) {
    const siblings = byParent.get(snapshot.parentId);
    if (siblings === undefined) byParent.set(snapshot.parentId, [snapshot]);
    else siblings.push(snapshot);
  }
  const below = (parentId: string | null): readonly SnapshotView[] =>
    (byParent.get(parentId) ?? []).map((snapshot) => ({
      id: snapshot.id,
      name: snapshot.name,
      description: snapshot.description,
      power: {
        phase: snapshot.phase,
        isOn: isOnIn(snapshot.phase),
        isPaused: false,
        areToolsRunning: false,
        isBlockedByQuestion: false,
      },
      isReplayable: snapshot.isReplayable,
      createdAtMs: snapshot.createdAtMs,
      children: below(snapshot.id),
    }));
  return below(null);
}
