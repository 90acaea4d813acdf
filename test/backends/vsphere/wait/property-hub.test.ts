import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isVimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import type { Ref } from '../../../../src/backends/vsphere/soap/values.js';
import { connectTo, type FakeConnection, thrownBy, whileMoving } from '../fake-connection.js';
import { answeredOtherwise, FakeFault, FakeVsphere } from '../fake-vsphere.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const running = { 'info.state': 'running', 'info.progress': 10 };

let fake: FakeVsphere;
let made: FakeConnection;

beforeEach(async () => {
  fake = await FakeVsphere.start();
  fake.add(vm, { 'runtime.powerState': 'poweredOff' });
  made = await connectTo(fake);
});

afterEach(async () => {
  await made.pool.close();
  await fake.close();
});

function power(machine: Ref<'VirtualMachine'>, state: string): Promise<true> {
  const isThere = (values: { get(path: 'runtime.powerState'): string | undefined }): true | undefined =>
    values.get('runtime.powerState') === state ? true : undefined;
  return made.connection.waitForVm(machine, isThere, { signal: new AbortController().signal });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

describe('waiting for a machine', () => {
  it('ends at once when it is as wanted, and otherwise when it becomes so', async () => {
    expect(await power(vm, 'poweredOff')).toBe(true);
    const waiting = power(vm, 'poweredOn');
    await until(() => fake.count('WaitForUpdatesEx') > 0);
    fake.change(vm, { 'runtime.powerState': 'poweredOn' });
    expect(await waiting).toBe(true);
  });

  it('ends with an error when the machine is not there, or goes', async () => {
    const absent = { type: 'VirtualMachine', value: 'vm-9' } as const;
    expect(isVimError(await thrownBy(power(absent, 'poweredOn')), 'ManagedObjectNotFound')).toBe(true);
    const waiting = thrownBy(power(vm, 'poweredOn'));
    await until(() => fake.count('WaitForUpdatesEx') > 0);
    fake.remove(vm);
    expect(isVimError(await waiting, 'ManagedObjectNotFound')).toBe(true);
  });

  it('knows all machines of an answer that the server divides', async () => {
    const machines = [1, 2, 3, 4].map((number) => ({ type: 'VirtualMachine', value: `vm-${number}` }) as const);
    for (const machine of machines) fake.add(machine, { 'runtime.powerState': 'poweredOn' });
    fake.pageSize = 1;
    expect(await Promise.all(machines.map((machine) => power(machine, 'poweredOn')))).toEqual(machines.map(() => true));
  });

  it('ends with what the test throws, and with the reason of its signal', async () => {
    const fail = (): never => {
      throw new Error('not so');
    };
    expect(await thrownBy(made.connection.waitForVm(vm, fail, made.call))).toMatchObject({ message: 'not so' });
    const stop = new AbortController();
    const waiting = thrownBy(made.connection.waitForVm(vm, () => undefined, { signal: stop.signal }));
    stop.abort('enough');
    expect(await waiting).toBe('enough');
  });

  it('sees a machine that it has waited for a moment ago', async () => {
    for (const state of ['poweredOn', 'suspended', 'poweredOff', 'poweredOn']) {
      const other = power(vm, 'never').catch(() => undefined);
      const waiting = power(vm, state);
      fake.change(vm, { 'runtime.powerState': state });
      expect(await waiting).toBe(true);
      void other;
    }
  });

  it('takes one request however many wait', async () => {
    const machines = Array.from(
      { length: 30 },
      (_, index) => ({ type: 'VirtualMachine', value: `vm-${index}` }) as const,
    );
    for (const machine of machines) fake.add(machine, { 'runtime.powerState': 'poweredOff' });
    const waiting = machines.map((machine) => power(machine, 'poweredOn'));
    await until(() => fake.count('WaitForUpdatesEx') > 0);
    for (const machine of machines) fake.change(machine, { 'runtime.powerState': 'poweredOn' });
    await Promise.all(waiting);
    expect(fake.count('CreatePropertyCollector')).toBe(1);
    expect(fake.count('CreateFilter')).toBe(1);
    expect(fake.count('WaitForUpdatesEx')).toBeLessThan(machines.length);
  });

  it('frees the server when nobody waits any more', async () => {
    await power(vm, 'poweredOff');
    await whileMoving(
      made.clock,
      100,
      until(() => fake.count('DestroyView') === 1),
    );
    expect(fake.count('DestroyPropertyCollector')).toBe(1);
    expect(await power(vm, 'poweredOff')).toBe(true);
  });
});

describe('a wait goes on', () => {
  async function interrupted(interrupt: () => Promise<void> | void): Promise<true> {
    const waiting = power(vm, 'poweredOn');
    await until(() => fake.count('WaitForUpdatesEx') > 1);
    await interrupt();
    fake.change(vm, { 'runtime.powerState': 'poweredOn' });
    return whileMoving(made.clock, 100, waiting);
  }

  it('after a new login', async () => {
    const renewed = async (): Promise<void> => {
      fake.forgetSessions();
      await made.connection.properties(vm, ['name'], made.call);
    };
    expect(await interrupted(renewed)).toBe(true);
  });

  it('after a broken connection', async () => {
    expect(await interrupted(() => fake.breakConnections())).toBe(true);
  });

  it('after a restart of the server', async () => {
    const restarted = async (): Promise<void> => {
      const port = Number(fake.url.port);
      fake.forgetSessions();
      await fake.close();
      await fake.listen(port);
    };
    expect(await interrupted(restarted)).toBe(true);
  });

  it.each(['SystemError', 'Timedout', 'HostCommunication', 'RequestCanceled'])(
    'for everybody after a passing %s',
    async ($type) => {
      const other = { type: 'VirtualMachine', value: 'vm-2' } as const;
      fake.add(other, { 'runtime.powerState': 'poweredOff' });
      let isStruck = false;
      fake.on('WaitForUpdatesEx', (call) => {
        if (isStruck) return fake.own(call);
        isStruck = true;
        throw new FakeFault($type === 'SystemError' ? { $type, reason: 'vpxd is stopping' } : { $type });
      });
      const waiting = Promise.all([power(vm, 'poweredOn'), power(other, 'poweredOn')]);
      await until(() => isStruck);
      for (const machine of [vm, other]) fake.change(machine, { 'runtime.powerState': 'poweredOn' });
      expect(await whileMoving(made.clock, 100, waiting)).toEqual([true, true]);
    },
  );

  it('for everybody else when the server refuses one object', async () => {
    const secret = { type: 'VirtualMachine', value: 'vm-2' } as const;
    fake.add(secret, { 'runtime.powerState': 'poweredOff' });
    fake.on('ModifyListView', (call) => {
      const added = (call.args['add'] ?? []) as readonly Ref[];
      if (added.every(({ value }) => value !== secret.value)) return fake.own(call);
      throw new FakeFault({ $type: 'NoPermission', object: secret, privilegeId: 'System.View' });
    });
    const waiting = power(vm, 'poweredOn');
    const refused = thrownBy(power(secret, 'poweredOn'));
    fake.change(vm, { 'runtime.powerState': 'poweredOn' });
    expect(await whileMoving(made.clock, 100, waiting)).toBe(true);
    expect(isVimError(await refused, 'NoPermission')).toBe(true);
  });

  it('when the server has nothing to tell for a long time', async () => {
    let silent = 0;
    fake.on('WaitForUpdatesEx', () => {
      silent += 1;
      if (silent < 3) return undefined;
      throw new FakeFault({ $type: 'InvalidCollectorVersion' });
    });
    const waiting = power(vm, 'poweredOff');
    expect(await whileMoving(made.clock, 100, waiting)).toBe(true);
  });

  it('when an answer never comes', async () => {
    let asked = 0;
    const waiting = power(vm, 'poweredOn');
    await until(() => fake.count('WaitForUpdatesEx') > 1);
    fake.on('WaitForUpdatesEx', () => {
      asked += 1;
      return answeredOtherwise;
    });
    fake.change(vm, { 'runtime.powerState': 'poweredOn' });
    expect(await waiting).toBe(true);
    expect(asked).toBeLessThanOrEqual(1);
  });
});

describe('a wait ends', () => {
  it.each(['ModifyListView', 'CreateFilter', 'WaitForUpdatesEx'] as const)(
    'with the reason when %s goes on to fail, and does not hurry the server meanwhile',
    async (method) => {
      fake.on(method, () => {
        throw new FakeFault({ $type: 'SystemError', reason: 'broken for good' });
      });
      await made.pool.close();
      made = await connectTo(fake, { reconnectSeconds: 10 });
      const error = await whileMoving(made.clock, 100, thrownBy(power(vm, 'poweredOn')));
      expect(isVimError(error, 'SystemError')).toBe(true);
      const seconds = made.clock.monotonic() / 1000;
      expect(seconds).toBeGreaterThanOrEqual(10);
      // One attempt each half a second at most.
      expect(fake.count(method)).toBeLessThanOrEqual(seconds * 2 + 2);
      // The connection is as good as before, and the next wait begins anew.
      fake.on(method, (call) => fake.own(call));
      expect(await power(vm, 'poweredOff')).toBe(true);
    },
  );

  it.each([
    { $type: 'NoPermission', object: { type: 'PropertyCollector', value: 'c' }, privilegeId: 'System.View' },
    { $type: 'NotSupported' },
    { $type: 'InvalidProperty', name: 'info' },
    { $type: 'MethodNotFound', receiver: { type: 'PropertyCollector', value: 'c' }, method: 'CreateFilter' },
  ])('at once when the server says $$type', async (fault) => {
    fake.on('CreateFilter', () => {
      throw new FakeFault(fault);
    });
    expect(isVimError(await thrownBy(power(vm, 'poweredOn')), fault.$type)).toBe(true);
  });
});

describe('a task', () => {
  const task = { type: 'Task', value: 'task-1' } as const;

  it('is waited for, with its progress', async () => {
    fake.addTask('task-1', running);
    const heard: number[] = [];
    const ended = made.connection.tasks.wait(task, { ...made.call, progress: (fraction) => heard.push(fraction) });
    await until(() => heard.length > 0);
    fake.change(task, { 'info.state': 'success', 'info.result': vm, 'info.progress': undefined });
    expect(await ended).toEqual(vm);
    expect(heard).toEqual([0.1]);
  });

  it('that fails gives its fault', async () => {
    fake.addTask('task-1', {
      'info.state': 'error',
      'info.error': {
        $type: 'LocalizedMethodFault',
        fault: { $type: 'UnsupportedGuest', unsupportedGuestOS: 'x' },
        localizedMessage: 'no',
      },
    });
    const error = await thrownBy(made.connection.tasks.wait(task, made.call));
    expect(isVimError(error, 'UnsupportedGuest')).toBe(true);
    expect(String(error)).toContain('no');
  });

  it('is cancelled on the server when nobody wants it any more', async () => {
    fake.addTask('task-1', running);
    fake.on('PowerOnVM_Task', () => task);
    fake.on('CancelTask', () => undefined);
    const stop = new AbortController();
    const call = { ...made.call, signal: stop.signal };
    const ended = thrownBy(made.connection.tasks.run(vm, 'PowerOnVM_Task', {}, call));
    await until(() => fake.count('WaitForUpdatesEx') > 0);
    stop.abort('enough');
    expect(await ended).toBe('enough');
    await until(() => fake.count('CancelTask') === 1);
  });

  it('is cancelled when the wish ends before it is known', async () => {
    const stop = new AbortController();
    fake.on('PowerOnVM_Task', () => {
      stop.abort('enough');
      return task;
    });
    fake.on('CancelTask', () => undefined);
    const ended = thrownBy(made.connection.tasks.run(vm, 'PowerOnVM_Task', {}, { ...made.call, signal: stop.signal }));
    expect(await ended).toBe('enough');
    await until(() => fake.count('CancelTask') === 1);
  });

  it('is started again on a busy machine, but not for ever', async () => {
    let attempts = 0;
    fake.addTask('task-1', { 'info.state': 'success' });
    fake.on('PowerOnVM_Task', () => {
      attempts += 1;
      if (attempts === 4) return task;
      throw new FakeFault({ $type: 'TaskInProgress', task });
    });
    await whileMoving(made.clock, 250, made.connection.tasks.run(vm, 'PowerOnVM_Task', {}, made.call));
    expect(attempts).toBe(4);
    fake.on('PowerOnVM_Task', () => {
      throw new FakeFault({ $type: 'TaskInProgress', task });
    });
    const ended = thrownBy(made.connection.tasks.run(vm, 'PowerOnVM_Task', {}, made.call));
    expect(isVimError(await whileMoving(made.clock, 1000, ended), 'TaskInProgress')).toBe(true);
  });

  it('is not started again in a state that is not its own', async () => {
    fake.on('PowerOnVM_Task', () => {
      throw new FakeFault({ $type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: 'poweredOn' });
    });
    const ended = thrownBy(made.connection.tasks.run(vm, 'PowerOnVM_Task', {}, made.call));
    expect(isVimError(await ended, 'InvalidPowerState')).toBe(true);
    expect(fake.count('PowerOnVM_Task')).toBe(1);
  });
});
