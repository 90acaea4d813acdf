import { createHash } from 'node:crypto';
import { join, parse, resolve } from 'node:path';
import * as v from 'valibot';
import { RealClock, type Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { ConnectTarget } from '../backend.js';
import type { FaultRule } from '../../world/fault-rules.js';
import { GuestFileSystem } from '../../world/guest/guest-file-system.js';
import type { ProgramLimits } from '../../world/guest/program-runner.js';
import { adoptMachine } from '../../world/inventory/adopt-machine.js';
import { defaultInventory } from '../../world/inventory/default-inventory.js';
import type { Inventory } from '../../world/inventory/inventory-schema.js';
import { readInventory } from '../../world/inventory/read-inventory.js';
import { openDirectoryStore } from '../../world/store/directory-store.js';
import { flag, keys, name } from '../../world/schema-parts.js';
import type { GuestPrograms } from '../../world/vm/guest-runtime.js';
import type { QuestionPolicy } from '../../world/vm/vm-scope.js';
import { World } from '../../world/world.js';

/** How a mock host is made. Everything may be left out. */
export interface MockOptions {
  /** A world that exists already; the other options then do not matter, and closing it is its owner's business. */
  readonly world?: World;
  /** What the world begins with: an inventory, or the path of its YAML or JSON file; by default `defaultInventory`. */
  readonly inventory?: Inventory | string;
  /**
   * Keeps the machines in this directory, which is made if need be. An empty one is filled from the inventory, if one
   * is given; otherwise the machines found there are used.
   */
  readonly directory?: string;
  /**
   * A folder for directories of machines, where no directory is named: the world of an inventory has one of its own
   * there, and so has the world of none.
   */
  readonly home?: string;
  /**
   * With a directory: an absolute path of this machine means the file there, also outside of the directory. By default
   * paths outside are names for folders inside.
   */
  readonly isInPlace?: boolean;
  /** Time of the world; locks of a shared directory are waited for on it too. By default the machine's own. */
  readonly clock?: Clock;
  /** How long each change of power state takes, in milliseconds; 10 by default. */
  readonly powerDurationMs?: number;
  /** Executables of the guests; by default `standardPrograms()`. */
  readonly programs?: GuestPrograms;
  readonly programLimits?: Partial<ProgramLimits>;
  readonly faults?: readonly FaultRule[];
  /** Whether a power-on that raises a question fails (the default), or waits for the answer. */
  readonly questions?: QuestionPolicy;
}

/** What the `options` of a configuration entry may say, in place of the options in code. */
const settingsSchema = keys({
  inventory: v.optional(name),
  directory: v.optional(name),
  isInPlace: v.optional(flag),
});

/** What of a target says which world is meant. */
type SettingsOfTarget = Pick<ConnectTarget, 'settings' | 'settingsSource' | 'settingsDirectory'>;

type Settings = v.InferOutput<typeof settingsSchema>;

/** The worlds of one mock backend: one for each inventory and directory that connections ask for, made on first use. */
export class Worlds {
  readonly #options: MockOptions;
  readonly #worlds = new Map<string, Promise<World>>();

  constructor(options: MockOptions) {
    this.#options = options;
  }

  /** @throws Fault `invalid-argument` for settings or an inventory that are not in order. */
  async get({ settings, settingsSource, settingsDirectory = '.' }: SettingsOfTarget): Promise<World> {
    const wanted = resolved(parseSettings(settings, settingsSource), settingsDirectory);
    const isPlain = wanted.inventory === undefined && wanted.directory === undefined;
    if (this.#options.world !== undefined && isPlain) return this.#options.world;
    const key = JSON.stringify([wanted.inventory ?? null, wanted.directory ?? null, wanted.isInPlace ?? null]);
    const known = this.#worlds.get(key);
    if (known !== undefined) return known;
    const made = this.#make(wanted);
    this.#worlds.set(key, made);
    // A world that could not be made is made anew for the next connection: a person may have mended its inventory.
    made.catch(() => this.#worlds.delete(key));
    return made;
  }

  async close(): Promise<void> {
    const worlds = await Promise.allSettled(this.#worlds.values());
    this.#worlds.clear();
    for (const made of worlds) if (made.status === 'fulfilled') await made.value.close();
  }

  async #make(settings: Settings): Promise<World> {
    const options = this.#options;
    const clock = options.clock ?? new RealClock();
    const directory = directoryOf(options, settings);
    const asked = settings.inventory ?? options.inventory ?? (directory === undefined ? defaultInventory : undefined);
    const inventory = typeof asked === 'string' ? await readInventory(resolve(asked)) : asked;
    const store =
      directory === undefined
        ? undefined
        : await openDirectoryStore<GuestFileSystem>(resolve(directory), {
            clock,
            isInPlace: settings.isInPlace ?? options.isInPlace ?? false,
            createFiles: ({ guest }) =>
              new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes }),
            adopt: adoptMachine,
          });
    return World.create({
      clock,
      ...(inventory === undefined ? {} : { inventory }),
      ...(store === undefined ? {} : { store }),
      ...(options.programs === undefined ? {} : { programs: options.programs }),
      ...(options.programLimits === undefined ? {} : { programLimits: options.programLimits }),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
      ...(options.powerDurationMs === undefined ? {} : { transitionMs: options.powerDurationMs }),
      ...(options.questions === undefined ? {} : { questions: options.questions }),
    });
  }
}

/** Where a mock host keeps its machines, and what it fills an empty directory from; undefined: in memory, from nothing. */
export interface MockPlace {
  readonly directory: string | undefined;
  readonly inventory: string | undefined;
}

/**
 * The place that a connection with these settings would use. Looks at no file.
 * @param settingsDirectory where relative paths of the settings start from.
 * @throws Fault `invalid-argument` for settings that are not in order.
 */
export function mockPlace(
  home: string | undefined,
  settings: Readonly<Record<string, unknown>>,
  settingsDirectory: string,
): MockPlace {
  const wanted = resolved(parseSettings(settings), settingsDirectory);
  return { directory: directoryOf({ home }, wanted), inventory: wanted.inventory };
}

function directoryOf(
  { directory, home }: { readonly directory?: string; readonly home?: string | undefined },
  wanted: Settings,
): string | undefined {
  const named = wanted.directory ?? directory;
  if (named !== undefined || home === undefined) return named;
  const { inventory } = wanted;
  if (inventory === undefined) return join(home, 'machines');
  const hash = createHash('sha256').update(inventory).digest('hex').slice(0, 12);
  return join(home, `${parse(inventory).name}-${hash}`);
}

function resolved({ inventory, directory, ...others }: Settings, from: string): Settings {
  return {
    ...others,
    ...(inventory === undefined ? {} : { inventory: resolve(from, inventory) }),
    ...(directory === undefined ? {} : { directory: resolve(from, directory) }),
  };
}

function parseSettings(
  settings: Readonly<Record<string, unknown>>,
  source = 'the options of the mock backend',
): Settings {
  const result = v.safeParse(settingsSchema, settings);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Fault(
    'invalid-argument',
    `${source}: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}. ` +
      'Known are inventory and directory, both paths, and isInPlace, true or false.',
  );
}
