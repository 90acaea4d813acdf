import { describe, expect, it } from 'vitest';
import { VimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import type { MachineRef } from '../../../../src/backends/vsphere/inventory/find-machine.js';
import { MachineReference, type MachinePlace } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { ref, type Ref } from '../../../../src/backends/vsphere/soap/values.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Fault } from '../../../../src/base/fault.js';
import { callOn } from '../fake-connection.js';

const call = callOn(new FakeClock());
const [first, second] = [ref('VirtualMachine', 'vm-1'), ref('VirtualMachine', 'vm-2')];

function notFound(obj: Ref): VimError {
  return new VimError({ $type: 'ManagedObjectNotFound', obj }, 'gone');
}

/** What the machine was opened by, where this is found now. */
function place(find: () => Promise<MachineRef>): MachinePlace {
  const uuid = 'uuid-1';
  return { location: '[ds] a/a.vmx', uuid, find: async () => ({ ref: await find(), uuid }) };
}

/** Requests that the server refuses as told, until it has no more to say; and the references that they were made with. */
function server(...refusals: readonly Error[]) {
  const asked: string[] = [];
  const request = async ({ value }: MachineRef): Promise<string> => {
    asked.push(value);
    const refusal = refusals[asked.length - 1];
    if (refusal !== undefined) throw refusal;
    return value;
  };
  return { asked, request };
}

describe('a request under the reference of a machine', () => {
  it('is made once more, under the reference that the machine has now', async () => {
    const { asked, request } = server(notFound(first));
    const machine = new MachineReference(
      first,
      place(async () => second),
    );
    expect(await machine.use(request, call)).toBe('vm-2');
    await machine.use(request, call);
    expect(asked).toEqual(['vm-1', 'vm-2', 'vm-2']);
  });

  it('is made again as often as the machine has another reference', async () => {
    const { asked, request } = server(notFound(first), notFound(second));
    const references = [second, ref('VirtualMachine', 'vm-3')];
    const machine = new MachineReference(
      first,
      place(async () => references.shift() ?? first),
    );
    expect(await machine.use(request, call)).toBe('vm-3');
    expect(asked).toEqual(['vm-1', 'vm-2', 'vm-3']);
  });

  it('is not made a second time under one reference', async () => {
    const refusal = notFound(second);
    const { asked, request } = server(notFound(first), refusal);
    const machine = new MachineReference(
      first,
      place(async () => second),
    );
    await expect(machine.use(request, call)).rejects.toBe(refusal);
    expect(asked).toEqual(['vm-1', 'vm-2']);
  });

  it.each<[string, Error, () => Promise<MachineRef>]>([
    [
      'what the server does not know is something else',
      notFound(ref('VirtualMachineSnapshot', 's')),
      async () => second,
    ],
    ['the server refuses it for another reason', new VimError({ $type: 'InvalidState' }, ''), async () => second],
    [
      'there is nothing at its place',
      notFound(first),
      () => Promise.reject(new Fault('vm-not-found', 'nothing there')),
    ],
    ['its place leads to the same reference', notFound(first), async () => ref('VirtualMachine', 'vm-1')],
  ])('is not made again when %s', async (_why, refusal, find) => {
    const { asked, request } = server(refusal);
    await expect(new MachineReference(first, place(find)).use(request, call)).rejects.toBe(refusal);
    expect(asked).toEqual(['vm-1']);
  });

  it('ends with what the search ends with, unless that is that nothing is there', async () => {
    const ambiguous = new Fault('vm-ambiguous', 'there are two');
    const machine = new MachineReference(
      first,
      place(() => Promise.reject(ambiguous)),
    );
    await expect(machine.use(server(notFound(first)).request, call)).rejects.toBe(ambiguous);
  });

  it('is not made again for a machine that is known by its reference alone, or was deleted', async () => {
    const refusal = notFound(first);
    await expect(new MachineReference(first).use(server(refusal).request, call)).rejects.toBe(refusal);
    const deleted = new MachineReference(
      first,
      place(async () => second),
    );
    deleted.retire();
    await expect(deleted.use(server(refusal).request, call)).rejects.toBe(refusal);
  });

  it.each(['uuid-2', undefined])('is not made of what has taken its place, with the UUID %s', async (uuid) => {
    const { asked, request } = server(notFound(first));
    const find = async () => ({ ref: second, uuid });
    const machine = new MachineReference(first, { ...place(async () => second), find });
    const refused = expect.objectContaining({ kind: 'vm-not-found', message: expect.stringContaining('[ds] a/a.vmx') });
    await expect(machine.use(request, call)).rejects.toEqual(refused);
    expect([asked, machine.current]).toEqual([['vm-1'], first]);
  });

  it('is found for all requests that fail side by side', async () => {
    const machine = new MachineReference(
      first,
      place(async () => second),
    );
    const [one, other] = [server(notFound(first)), server(notFound(first))];
    expect(await Promise.all([machine.use(one.request, call), machine.use(other.request, call)])).toEqual([
      'vm-2',
      'vm-2',
    ]);
    expect(machine.current).toEqual(second);
  });
});
