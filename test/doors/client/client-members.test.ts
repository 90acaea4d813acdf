import { describe, expect, it } from 'vitest';
import { clientMembers } from '../../../src/doors/client/client-members.js';
import { GuestAliases } from '../../../src/doors/client/guest-aliases.js';
import { GuestFiles } from '../../../src/doors/client/guest-files.js';
import { GuestRegistry } from '../../../src/doors/client/guest-registry.js';
import { Guest } from '../../../src/doors/client/guest.js';
import { Host } from '../../../src/doors/client/host.js';
import { Snapshots } from '../../../src/doors/client/snapshots.js';
import { Vm } from '../../../src/doors/client/vm.js';
import { functions } from '../../../src/vix/functions.js';

describe('the table of members', () => {
  it.each([Host, Vm, Snapshots, Guest, GuestFiles, GuestRegistry, GuestAliases])('has those of $name', (made) => {
    const members = Object.getOwnPropertyNames(made.prototype).filter((name) => name !== 'constructor');
    const table: Readonly<Record<string, object>> = clientMembers;
    expect(Object.keys(table[made.name] ?? {}).toSorted()).toEqual(members.toSorted());
  });

  it('names functions that VIX has', () => {
    const tables: readonly Readonly<Record<string, string | null>>[] = Object.values(clientMembers);
    const reached = tables.flatMap((members) => Object.values(members)).filter((name) => name !== null);
    expect(reached.filter((name) => !(name in functions))).toEqual([]);
  });
});
