import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { FileAttributes } from '../../world/guest/guest-files.js';
import type { GuestAccess } from '../../world/vm/guest-access.js';
import type { Ref } from '../ref.js';

/** How long a URL is good for, ms. */
const lifetimeMs = 600_000;

interface TransferBase {
  /** Works in the name of the user that asked for the transfer. */
  readonly access: GuestAccess;
  readonly machine: Ref;
  readonly path: string;
  /** The machine's boot at that time; the transfer is void after another one. */
  readonly bootCount: number;
}

/** A file that a client fetches. */
export interface Download extends TransferBase {
  readonly direction: 'from-guest';
}

/** A file that a client sends. */
export interface Upload extends TransferBase {
  readonly direction: 'to-guest';
  /** Bytes that will come. */
  readonly size: number;
  readonly overwrite: boolean;
  /** Those of the new file, beside the usual ones. */
  readonly attributes: Partial<FileAttributes>;
}

export type Transfer = Download | Upload;

interface Announced {
  readonly transfer: Transfer;
  readonly token: string;
  readonly sinceMs: number;
  isBusy: boolean;
}

/** Transfers of guest files that were announced by URL and are not over yet. */
export class GuestTransfers {
  readonly #clock: Clock;
  readonly #origin: () => string;
  readonly #announced = new Map<string, Announced>();
  #count = 0;

  /** @param origin where the URLs begin, like `https://*:443`; the client puts its own server's name for `*`. */
  constructor(clock: Clock, origin: () => string) {
    this.#clock = clock;
    this.#origin = origin;
  }

  /** @returns the URL on which the client carries out the transfer, once and within ten minutes. */
  announce(transfer: Transfer): string {
    this.#forgetOld();
    const id = String((this.#count += 1));
    const token = randomUUID();
    this.#announced.set(id, { transfer, token, sinceMs: this.#clock.now(), isBusy: false });
    return `${this.#origin()}/guestFile?id=${id}&token=${token}`;
  }

  /** The transfer of a URL; undefined when there is none, it is over, or the token is wrong. */
  find(id: string | null, token: string | null): Transfer | undefined {
    this.#forgetOld();
    const announced = this.#announced.get(id ?? '');
    return announced !== undefined && announced.token === token ? announced.transfer : undefined;
  }

  /**
   * Carries out a transfer. One that fails can be tried again, unless `work` has said that it is over.
   * @returns false when it is under way already.
   */
  async carryOut(id: string, work: (over: () => void) => Promise<void>): Promise<boolean> {
    const announced = this.#announced.get(id);
    if (announced === undefined || announced.isBusy) return false;
    announced.isBusy = true;
    try {
      await work(() => this.#announced.delete(id));
      this.#announced.delete(id);
    } finally {
      announced.isBusy = false;
    }
    return true;
  }

  #forgetOld(): void {
    const oldestMs = this.#clock.now() - lifetimeMs;
    for (const [id, { sinceMs, isBusy }] of this.#announced) {
      if (sinceMs <= oldestMs && !isBusy) this.#announced.delete(id);
    }
  }
}
