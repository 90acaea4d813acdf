import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';

/** A disk that a lease gives out. */
export interface LeasedDisk {
  /** How the lease and its manifest call it. */
  readonly key: string;
  /** Of the file. */
  readonly name: string;
  readonly capacityBytes: number;
  readonly hardwareVersion: number;
}

/** How long a lease lasts of which its client tells nothing, seconds. */
const leaseSeconds = 300;

/** The right to fetch the disks of a machine for a while. */
export class ExportLease {
  readonly ref: Ref<'HttpNfcLease'> = { type: 'HttpNfcLease', value: randomUUID() };
  readonly entity: Ref<'VirtualMachine'>;
  readonly disks: readonly LeasedDisk[];
  /** Names of the files that were fetched. */
  readonly fetched = new Set<string>();
  /** As the client tells it. */
  percent = 0;
  readonly #clock: Clock;
  #endsAtMs: number;
  #isDone = false;
  #error: VimFault | undefined;

  constructor(clock: Clock, entity: Ref<'VirtualMachine'>, disks: readonly LeasedDisk[]) {
    this.#clock = clock;
    this.entity = entity;
    this.disks = disks;
    this.#endsAtMs = clock.now() + leaseSeconds * 1000;
  }

  get state(): 'ready' | 'done' | 'error' {
    if (this.#isDone) return 'done';
    return this.#error === undefined && this.#clock.now() < this.#endsAtMs ? 'ready' : 'error';
  }

  /** Why it has ended; undefined when it has not, or has ended well. */
  get error(): VimFault | undefined {
    if (this.state !== 'error') return undefined;
    const message = `Nobody has told of the lease for ${leaseSeconds} s, so it has ended.`;
    return this.#error ?? new VimFault({ $type: 'Timedout' }, message);
  }

  /** When it ends by itself, ms since 1970. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  /** Tells how far the client is; the lease lasts longer by that. @throws VimFault as `requireReady`. */
  tell(percent: number): void {
    this.requireReady();
    this.percent = Math.min(Math.max(percent, 0), 100);
    this.#endsAtMs = this.#clock.now() + leaseSeconds * 1000;
  }

  /** Ends it well, or with an error. @throws VimFault as `requireReady`. */
  end(error?: VimFault): void {
    this.requireReady();
    this.#isDone = error === undefined;
    this.#error = error;
  }

  /** @throws VimFault `InvalidState` for a lease that is over, `Timedout` for one that nobody told of for too long. */
  requireReady(): void {
    if (this.state === 'ready') return;
    if (this.#error === undefined && this.error !== undefined) throw this.error;
    throw new VimFault({ $type: 'InvalidState' }, 'The lease is over.');
  }
}

/** Leases by which clients fetch the disks of machines. */
export class ExportLeases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, ExportLease>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lends the disks of a machine. */
  open(entity: Ref<'VirtualMachine'>, disks: readonly LeasedDisk[]): ExportLease {
    this.#forgetOld();
    const lease = new ExportLease(this.#clock, entity, disks);
    this.#leases.set(lease.ref.value, lease);
    return lease;
  }

  /** undefined when there is none, or it has ended long ago. */
  byId(id: string): ExportLease | undefined {
    return this.#leases.get(id);
  }

  /** A lease that is over can be looked at for as long again as it could have lasted. */
  #forgetOld(): void {
    const oldestMs = this.#clock.now() - leaseSeconds * 1000;
    for (const [id, { endsAtMs }] of this.#leases) if (endsAtMs < oldestMs) this.#leases.delete(id);
  }
}
