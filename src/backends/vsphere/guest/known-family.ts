import { untilAborted } from '../../../base/until-aborted.js';
import type { CallSignal } from '../connection.js';
import type { Properties, PropertyPath } from '../properties.js';
import type { GuestFamily } from './guest-path.js';

/** Properties that tell what kind of guest a machine has. */
export const familyPaths = ['guest.guestFamily', 'summary.config.guestId', 'guest.toolsRunningStatus'] as const;

/**
 * The family of the guest of one machine, as it was last told, and whether that still holds. It is read with what must be
 * read of a machine anyway, and again only where it may have changed: a machine that is off can get another system.
 */
export class KnownFamily {
  #current: GuestFamily;
  #isSure: boolean;
  /** Counts doubts, so that an answer from before the last one settles nothing. */
  #doubts = 0;
  #reading: Promise<void> | undefined;

  /** @param values those of `familyPaths`. */
  constructor(values: Properties) {
    this.#current = familyOf(values);
    this.#isSure = toldBy(values) !== undefined && !isDown(values);
  }

  get current(): GuestFamily {
    return this.#current;
  }

  /** Whether Tools told it, and the guest has not been down since. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** The guest may be another one. */
  doubt(): void {
    this.#isSure = false;
    this.#doubts += 1;
  }

  /** Does what may leave another guest behind, however it ends. */
  async doubtAfter<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.doubt();
    }
  }

  /** Takes in what was read of the machine for another reason: doubts a family that a guest had which is down. */
  see(values: Properties): void {
    if (isDown(values)) this.doubt();
  }

  /**
   * Reads the family again. Whoever asks meanwhile waits for the same answer.
   *
   * @param read reads properties of the machine. @throws what it does, the signal's reason.
   */
  async read(
    read: (paths: readonly PropertyPath[], call: CallSignal) => Promise<Properties>,
    { signal }: CallSignal,
  ): Promise<void> {
    // Nobody would take the answer.
    signal.throwIfAborted();
    // Whoever asks first asks for all, so it does not end the question when it gives up.
    const reading = (this.#reading ??= this.#read(() => read(familyPaths, { signal: new AbortController().signal })));
    await untilAborted(() => reading, signal);
  }

  async #read(read: () => Promise<Properties>): Promise<void> {
    const doubts = this.#doubts;
    try {
      const values = await read();
      this.#current = familyOf(values);
      // What a guest that runs does not tell now, it never will, and its configuration has to do.
      if (doubts === this.#doubts) this.#isSure = !isDown(values);
    } finally {
      this.#reading = undefined;
    }
  }
}

/** What Tools says of the guest counts; while it never has, what the machine was configured for. */
function familyOf(values: Properties): GuestFamily {
  const told = toldBy(values);
  if (told !== undefined) return told === 'windowsGuest' ? 'windows' : 'posix';
  return values.get('summary.config.guestId')?.toLowerCase().startsWith('win') === true ? 'windows' : 'posix';
}

/** What Tools has told; undefined for nothing. */
function toldBy(values: Properties): string | undefined {
  return values.get('guest.guestFamily') || undefined;
}

/** Whether what was read says that no guest runs whose Tools could tell of it now. */
function isDown(values: Properties): boolean {
  if (values.get('guest.toolsRunningStatus') === 'guestToolsNotRunning') return true;
  return (values.get('runtime.powerState') ?? 'poweredOn') !== 'poweredOn';
}
