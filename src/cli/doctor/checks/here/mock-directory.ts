import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mockPlace, type MockPlace } from '../../../../backends/mock/worlds.js';
import { check, green, trouble } from '../../check.js';
import { entriesOf } from '../../config-entries.js';
import { configurationCheck } from './configuration.js';

/** The nearest folder above a path that is there. */
function existingAbove(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existingAbove(dirname(path));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Number of `.vmx` files below a folder. */
function machinesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      if (entry.isDirectory()) return entry.name.startsWith('.') ? 0 : machinesBelow(join(folder, entry.name));
      return entry.isFile() && entry.name.toLowerCase().endsWith('.vmx') ? 1 : 0;
    })
    .reduce<number>((sum, count) => sum + count, 0);
}

/** Whether the mock host can be looked at without making anything of it that is not there yet. */
export interface MockState {
  /** Why it cannot; undefined: it can. */
  readonly untouched: string | undefined;
}

export const mockDirectoryCheck = check({
  id: 'here.mock',
  title: 'Mock directory',
  looksAt:
    'Where the mock host keeps its machines: the directories of the configuration, or that of the provider that is ' +
    'asked for; and whether they can be used. A directory that is not there is made when it is first needed.',
  needs: { configuration: configurationCheck },
  problems: {
    'not-a-directory': {
      status: 'red',
      cause: '{directory} is a file, but machines are kept in a directory.',
      next: 'Name another directory in options.directory or REVIX_HOME, or move the file away.',
    },
    'read-only': {
      status: 'red',
      cause: '{directory} cannot be written to, so machines there can be looked at and not changed.',
      next: 'Give this user the right to write there, or name another directory in options.directory or REVIX_HOME.',
    },
    'no-inventory': {
      status: 'red',
      cause: 'The inventory {inventory} is not there.',
      next: 'Correct options.inventory of the configuration; its path starts from the directory of that file.',
    },
  },
  run: ({ configuration: { config, directory: from } }, { mockHome, request }) => {
    const configured = entriesOf(config).filter(([name, { backend }]) => {
      return backend === 'mock' && (request.provider === null || name === request.provider);
    });
    const own = configured.map(([, { options = {} }]) => mockPlace(mockHome ?? undefined, options, from));
    const places: readonly MockPlace[] = own.length > 0 ? own : [mockPlace(mockHome ?? undefined, {}, from)];
    const lines: string[] = [];
    let untouched: string | undefined;
    for (const { directory, inventory } of places) {
      if (inventory !== undefined && !existsSync(inventory)) return trouble('no-inventory', { facts: { inventory } });
      if (directory === undefined) continue;
      const nearest = existingAbove(directory);
      if (!statSync(nearest).isDirectory()) return trouble('not-a-directory', { facts: { directory: nearest } });
      if (!isWritable(nearest)) return trouble('read-only', { facts: { directory: nearest } });
      const machines = nearest === directory ? machinesBelow(directory) : undefined;
      lines.push(machines === undefined ? `${directory}, not there yet` : `${directory}, machines: ${machines}`);
      if (machines === undefined) untouched = `${directory} is not there yet; the first command makes it`;
      else if (machines === 0 && inventory !== undefined) {
        untouched = `${directory} is empty yet; the first command fills it from ${inventory}`;
      }
    }
    const state: MockState = { untouched };
    const directories = places.flatMap(({ directory }) => directory ?? []);
    return green(lines.length === 0 ? 'none: the machines live in memory' : lines.join('; '), state, {
      facts: { directories },
    });
  },
});
