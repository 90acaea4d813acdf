import { describe, expect, it } from 'vitest';
import * as client from '../../../src/doors/client/index.js';
import { clientMembers } from '../../../src/doors/client/client-members.js';
import { GuestAliases } from '../../../src/doors/client/guest-aliases.js';
import { GuestFiles } from '../../../src/doors/client/guest-files.js';
import { GuestRegistry } from '../../../src/doors/client/guest-registry.js';
import { Guest } from '../../../src/doors/client/guest.js';
import { Host } from '../../../src/doors/client/host.js';
import { Recording } from '../../../src/doors/client/recording.js';
import { RunningProgram } from '../../../src/doors/client/running-program.js';
import { SharedFolders } from '../../../src/doors/client/shared-folders.js';
import { Snapshot } from '../../../src/doors/client/snapshot.js';
import { Snapshots } from '../../../src/doors/client/snapshots.js';
import { Vm } from '../../../src/doors/client/vm.js';
import { functions } from '../../../src/vix/functions.js';

/** Names of all that one may call on or read of an object of a class, as the table has them. */
function membersOf({ prototype }: { readonly prototype: object }): string[] {
  const known = ['asyncDispose', 'asyncIterator'] as const;
  const symbols = known.filter((name) => Object.hasOwn(prototype, Symbol[name])).map((name) => `[Symbol.${name}]`);
  expect(symbols).toHaveLength(Object.getOwnPropertySymbols(prototype).length);
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  return [...names, ...symbols].toSorted();
}

const classes = {
  Host,
  Vm,
  Snapshots,
  Snapshot,
  SharedFolders,
  Recording,
  Guest,
  RunningProgram,
  GuestFiles,
  GuestRegistry,
  GuestAliases,
};

describe('the table of members', () => {
  it.each(Object.entries(classes))('has those of %s', (name, made) => {
    const table: Readonly<Record<string, object>> = clientMembers;
    expect(Object.keys(table[name] ?? {}).toSorted()).toEqual(membersOf(made));
  });

  it('has every class that users get, and the functions of the entry', () => {
    expect(Object.keys(clientMembers).toSorted()).toEqual(['', ...Object.keys(classes)].toSorted());
    const isFunction = (value: unknown): boolean =>
      typeof value === 'function' && !('prototype' in value && String(value).startsWith('class'));
    const functionsOf = Object.entries(client)
      .filter(([, value]) => isFunction(value))
      .map(([name]) => name);
    expect(functionsOf.toSorted()).toEqual(Object.keys(clientMembers['']).toSorted());
  });

  it('names functions that VIX has', () => {
    const tables: readonly Readonly<Record<string, string | null>>[] = Object.values(clientMembers);
    const reached = tables.flatMap((members) => Object.values(members)).filter((name) => name !== null);
    expect(reached.filter((name) => !(name in functions))).toEqual([]);
  });
});
