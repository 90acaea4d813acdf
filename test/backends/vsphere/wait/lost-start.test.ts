import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpFailure } from '../../../../src/backends/vsphere/http/http-failure.js';
import { connectTo, type FakeConnection, whileMoving } from '../fake-connection.js';
import { answeredOtherwise, FakeVsphere } from '../fake-vsphere.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const snapshot = { type: 'VirtualMachineSnapshot', value: 'snapshot-1' } as const;

let fake: FakeVsphere;
let made: FakeConnection;

beforeEach(async () => {
  fake = await FakeVsphere.start();
  fake.add(vm, { name: 'machine' });
  made = await connectTo(fake);
});

afterEach(async () => {
  await made.pool.close();
  await fake.close();
});

/** What the fake server, whose time stands still at 0, tells of a task. */
function told(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    'info.state': 'success',
    'info.result': vm,
    'info.name': 'PowerOnVM_Task',
    'info.entity': vm,
    'info.reason': { $type: 'TaskReasonUser', userName: 'user' },
    'info.queueTime': new Date(0),
    ...changes,
  };
}

/** Makes the server carry out a method, and break the connection in place of an answer. */
function losingAnswers(method: string, carryOut: () => void): void {
  fake.on(method, ({ response }) => {
    carryOut();
    response.destroy();
    return answeredOtherwise;
  });
}

function powerOn(): Promise<unknown> {
  return whileMoving(made.clock, 250, made.connection.tasks.run(vm, 'PowerOnVM_Task', {}, made.call));
}

describe('a task whose start was answered to nobody', () => {
  it('is found, and its result counts', async () => {
    losingAnswers('PowerOnVM_Task', () => fake.addTask('task-1', told()));
    expect(await powerOn()).toEqual(vm);
    expect(fake.count('PowerOnVM_Task')).toBe(1);
  });

  it('is found when it comes late', async () => {
    losingAnswers('PowerOnVM_Task', () => void made.clock.after(900, () => void fake.addTask('task-1', told())));
    expect(await powerOn()).toEqual(vm);
  });

  it('is found wherever it stands in an answer of several pages', async () => {
    fake.pageSize = 1;
    fake.addTask('task-1', told({ 'info.name': 'ResetVM_Task' }));
    fake.addTask('task-2', told({ 'info.entity': { ...vm, value: 'vm-2' } }));
    losingAnswers('PowerOnVM_Task', () => fake.addTask('task-3', told()));
    expect(await powerOn()).toEqual(vm);
  });

  it('is known by the machine when it works on a snapshot', async () => {
    const removed = { 'info.name': 'RemoveSnapshot_Task', 'info.result': undefined };
    const answer = Object.entries(told(removed)).filter(([, value]) => value !== undefined);
    losingAnswers('RemoveSnapshot_Task', () => fake.addTask('task-1', Object.fromEntries(answer)));
    const args = { removeChildren: false };
    const run = made.connection.tasks.run(snapshot, 'RemoveSnapshot_Task', args, made.call, vm);
    expect(await whileMoving(made.clock, 250, run)).toBeUndefined();
  });

  it.each([
    ['of another method', { 'info.name': 'ResetVM_Task' }],
    ['on another machine', { 'info.entity': { ...vm, value: 'vm-2' } }],
    ['of another user', { 'info.reason': { $type: 'TaskReasonUser', userName: 'other' } }],
    ['of nobody', { 'info.reason': { $type: 'TaskReasonSystem' } }],
    ['from before', { 'info.queueTime': new Date(-60_000) }],
  ])('is not mistaken for one %s', async (_what, changes) => {
    losingAnswers('PowerOnVM_Task', () => fake.addTask('task-1', told(changes)));
    await expect(powerOn()).rejects.toBeInstanceOf(HttpFailure);
    expect(fake.count('PowerOnVM_Task')).toBe(1);
  });

  it('is not mistaken for one whose start was answered a moment ago', async () => {
    fake.on('PowerOnVM_Task', () => fake.addTask('task-1', told()));
    await powerOn();
    losingAnswers('PowerOnVM_Task', () => undefined);
    await expect(powerOn()).rejects.toBeInstanceOf(HttpFailure);
  });

  it.each([1, 2])('stays unknown where it could be one of two, %d on a page', async (pageSize) => {
    fake.pageSize = pageSize;
    losingAnswers('PowerOnVM_Task', () => {
      fake.addTask('task-1', told());
      fake.addTask('task-2', told());
    });
    await expect(powerOn()).rejects.toBeInstanceOf(HttpFailure);
  });
});
