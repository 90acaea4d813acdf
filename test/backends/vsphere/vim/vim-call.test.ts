import { expect, test } from 'vitest';
import { SoapCodec } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { ref, sameRef } from '../../../../src/backends/vsphere/soap/values.js';
import { vimCaller } from '../../../../src/backends/vsphere/vim/vim-call.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

const codec = new SoapCodec(vimSchema);

test('a call sends its request and gives the typed answer', async () => {
  const bodies: string[] = [];
  const call = vimCaller(codec, async ({ body }) => {
    bodies.push(body);
    return codec.encodeResponse('PowerOnVM_Task', ref('Task', 'task-1'));
  });
  const vm = ref('VirtualMachine', 'vm-1');
  const task = await call(vm, 'PowerOnVM_Task', { host: ref('HostSystem', 'host-1') });
  expect(sameRef(task, ref('Task', 'task-1'))).toBe(true);
  const request = codec.decodeRequest(bodies.join(''));
  expect(request).toMatchObject({ self: vm, args: { host: { type: 'HostSystem', value: 'host-1' } } });
});

test('a reference to an object below the declared one fits', async () => {
  const call = vimCaller(codec, async ({ method }) => codec.encodeResponse(method, ref('Task', 'task-2')));
  await expect(call(ref('VirtualMachine', 'vm-1'), 'Rename_Task', { newName: 'b' })).resolves.toEqual({
    type: 'Task',
    value: 'task-2',
  });
  // @ts-expect-error a task has no name to change
  const wrong = () => call(ref('Task', 'task-1'), 'Rename_Task', { newName: 'b' });
  expect(wrong).toBeTypeOf('function');
});
