import { describe, expect, it } from 'vitest';
import { PlacedMachines } from '../../../src/simulator/inventory/placed-machines.js';
import type { Machine } from '../../../src/simulator/machines.js';

function machineAt(location: string): Machine {
  return { id: `id of ${location}`, datacenter: 'dc', location, ref: undefined };
}

function placed(...locations: readonly string[]): PlacedMachines {
  const machines = new PlacedMachines();
  for (const location of locations) machines.add(machineAt(location));
  return machines;
}

describe('the machines of a datastore', () => {
  it('lie in folders, which lie in others', () => {
    const machines = placed('[ds] a/b/one.vmx', '[ds] a/b/two.vmx', '[ds] a/three.vmx', '[ds] four.vmx');
    const seen = ['', 'a', 'a/b', 'b', 'a/b/one.vmx'].map((path) => {
      const folder = machines.folder(path);
      return folder && [folder.machines.map((machine) => machine.path), [...folder.folders]];
    });
    expect(seen).toEqual([
      [['four.vmx'], ['a']],
      [['a/three.vmx'], ['b']],
      [['a/b/one.vmx', 'a/b/two.vmx'], []],
      undefined,
      undefined,
    ]);
  });

  it('are found where they are after one came or went', () => {
    const machines = placed('[ds] a/one.vmx');
    const other = machineAt('[ds] b/two.vmx');
    expect(machines.folder('b')).toBeUndefined();
    machines.add(other);
    expect(machines.folder('b')?.machines).toEqual([{ id: other.id, path: 'b/two.vmx' }]);
    machines.delete(other);
    expect(machines.folder('b')).toBeUndefined();
    expect([...machines].map(({ location }) => location)).toEqual(['[ds] a/one.vmx']);
  });

  it('are gone through once for any number of folders that are looked at', () => {
    let reads = 0;
    const machines = new PlacedMachines();
    for (let number = 0; number < 100; number += 1) {
      machines.add({
        ...machineAt(''),
        get location() {
          reads += 1;
          return `[ds] folder ${number}/vm.vmx`;
        },
      });
    }
    for (let number = 0; number < 100; number += 1) {
      expect(machines.folder(`folder ${number}`)?.machines).toHaveLength(1);
    }
    expect(reads).toBe(100);
  });
});
