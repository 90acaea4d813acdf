import { describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import type { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { Machine } from '../../../../src/backends/vsphere/vm/machine.js';
import { forgetGuestVariables, VsphereVariables } from '../../../../src/backends/vsphere/vm/variables.js';
import type { OptionValue } from '../../../../src/backends/vsphere/vim/generated/types.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from '../guest/told-family.js';

const call = callOn(new FakeClock());

/** A machine that keeps its extra configuration, and what is in it. */
function rig(initial: Readonly<Record<string, string>>) {
  const entries = new Map(Object.entries(initial));
  const state = { power: 'poweredOn' };
  const connection = {
    properties: async () =>
      new Map<string, unknown>([
        ['runtime.powerState', state.power],
        ['config.extraConfig', [...entries].map(([key, value]) => ({ key, value }))],
      ]),
    tasks: {
      runToEnd: (start: () => Promise<unknown>) => start(),
      start: async (_ref: unknown, _method: string, { spec }: { spec: { extraConfig: readonly OptionValue[] } }) => {
        for (const { key, value } of spec.extraConfig) {
          if (value === '') entries.delete(key);
          else entries.set(key, String(value));
        }
      },
    },
  } as unknown as VsphereConnection;
  const reference = new MachineReference({ type: 'VirtualMachine', value: 'vm-1' });
  const machine = new Machine(connection, {} as Datacenters, reference, toldFamily(), '[ds] a/a.vmx');
  const powerOnAgain = async (): Promise<Readonly<Record<string, string>>> => {
    state.power = 'poweredOff';
    await forgetGuestVariables(machine, call);
    return Object.fromEntries(entries);
  };
  return { variables: new VsphereVariables(machine), powerOnAgain };
}

const theirs = { 'guestinfo.my': 'theirs', 'guestinfo.var': 'theirs' };

describe('guest variables at the next power-on', () => {
  it('are forgotten, with blanks in their names, and those of others are not', async () => {
    const { variables, powerOnAgain } = rig(theirs);
    for (const name of ['my var', 'other', 'gone']) await variables.writeGuestVariable(name, 'ours', call);
    await variables.writeGuestVariable('gone', '', call);
    expect(await powerOnAgain()).toEqual(theirs);
  });

  it('are forgotten where the first versions wrote their list', async () => {
    const ours = { 'guestinfo.a': '1', 'guestinfo.my var': '2', 'guestinfo.z': '3' };
    const { powerOnAgain } = rig({ ...theirs, ...ours, 'revix.guestVariables': 'a my var lost z' });
    expect(await powerOnAgain()).toEqual(theirs);
  });
});
