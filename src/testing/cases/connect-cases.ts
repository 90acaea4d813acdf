import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_API_VERSION,
  VIX_E_CANCELLED,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_NONE,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_HOST_API_VERSION,
  VIX_PROPERTY_HOST_HOSTTYPE,
  VIX_PROPERTY_HOST_SOFTWARE_VERSION,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
} from '../../vix/names.js';
import { caseGroup } from '../conformance-case.js';
import type { TargetConnection } from '../target.js';

function connectArguments(connection: TargetConnection): readonly unknown[] {
  const { hostType, hostName, hostPort, userName, password } = connection;
  return [VIX_API_VERSION, hostType, hostName, hostPort, userName, password, 0, VIX_INVALID_HANDLE];
}

export const connectCases = caseGroup('connect', { changesNothing: true }, [
  {
    title: 'a host tells its type, its version and its software',
    async run(bench) {
      const { host, vix } = bench;
      const type = Vix_Out<number>();
      const version = Vix_Out<number>();
      const software = Vix_Out<string>();
      const read = await vix.Vix_GetProperties(
        host,
        VIX_PROPERTY_HOST_HOSTTYPE,
        type,
        VIX_PROPERTY_HOST_API_VERSION,
        version,
        VIX_PROPERTY_HOST_SOFTWARE_VERSION,
        software,
        VIX_PROPERTY_NONE,
      );
      bench.equal(read, VIX_OK);
      assert.equal(type.value, bench.target.connection.hostType);
      assert.ok(version.value > 0, `API version ${version.value}`);
      assert.notEqual(software.value, '');
    },
  },
  {
    title: 'each connection has a handle of its own',
    async run(bench) {
      const second = await bench.connect();
      assert.notEqual(second, bench.host);
      bench.disconnect(second);
      assert.equal(bench.vix.Vix_GetHandleType(second), VIX_HANDLETYPE_NONE);
      assert.equal(bench.vix.Vix_GetHandleType(bench.host), VIX_HANDLETYPE_HOST);
    },
  },
  {
    title: 'empty texts stand for none',
    async run(bench) {
      const { hostName, userName, password } = bench.target.connection;
      const empty = { hostName: hostName ?? '', userName: userName ?? '', password: password ?? '' };
      await bench.connect(0, { ...bench.target.connection, ...empty });
    },
  },
  {
    title: 'arguments that cannot be are refused',
    async run(bench) {
      const { connection } = bench.target;
      const good = connectArguments(connection);
      const wrong: readonly (readonly [position: number, value: unknown])[] = [
        [0, 'one'],
        [1, 999],
        [1, null],
        [2, 17],
        [3, -5],
        [3, 70_000],
        [3, Number.NaN],
        [4, {}],
        [5, 12],
        [6, 'none'],
        [2, 'host\0name'],
      ];
      for (const [position, value] of wrong) {
        (await bench.attempt('VixHost_Connect', good.with(position, value))).is(VIX_E_INVALID_ARG);
      }
    },
  },
  {
    title: 'what the target refuses, it refuses with the right error',
    abilities: ['refusedConnections'],
    async run(bench) {
      for (const { connection, error } of bench.target.refusedConnections ?? []) {
        const outcome = await bench.attempt('VixHost_Connect', connectArguments(connection));
        outcome.is(error);
        const { password } = connection;
        assert.ok(password === null || !outcome.summary.includes(password), 'the message shows the password');
      }
    },
  },
  {
    title: 'disconnecting ends everything that came from the host, and no more',
    roles: ['off'],
    async run(bench) {
      const { vix } = bench;
      const other = await bench.connect();
      const vm = await bench.open('off', other);
      const mine = await bench.open('off');
      assert.notEqual(vm, mine, 'each connection has a handle of its own for a machine');
      bench.disconnect(other);
      assert.equal(vix.Vix_GetHandleType(vm), VIX_HANDLETYPE_NONE);
      const name = Vix_Out<string>();
      bench.equal(await vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE), VIX_E_INVALID_HANDLE);
      bench.equal(await vix.Vix_GetProperties(mine, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE), VIX_OK);
      vix.VixHost_Disconnect(other);
      vix.Vix_ReleaseHandle(vm);
    },
  },
  {
    title: 'disconnecting cancels the jobs that run, which still tell their callbacks',
    roles: ['off'],
    async run(bench) {
      const other = await bench.connect();
      const running = bench.begin('VixVM_Open', [other, bench.vm('off').location]);
      const events: number[] = [];
      const release = bench.vix.VixVM_Open(other, bench.vm('off').location, (_job, type) => events.push(type), null);
      const waiting = bench.vix.VixJob_Wait(running.job, VIX_PROPERTY_NONE);
      bench.disconnect(other);
      bench.equal(await bench.settle(waiting), VIX_E_CANCELLED);
      assert.equal(bench.vix.Vix_GetHandleType(running.job), VIX_HANDLETYPE_NONE);
      assert.deepEqual(events, [VIX_EVENTTYPE_JOB_COMPLETED], 'the callback of a job that nobody waited for');
      bench.vix.Vix_ReleaseHandle(release);
    },
  },
]);
