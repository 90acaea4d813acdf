import assert from 'node:assert/strict';
import { constants } from '../../vix/constants.js';
import {
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST,
  VIX_E_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_INTERACTIVE_SESSION_NOT_PRESENT,
  VIX_E_INTERACTIVE_SESSION_USER_MISMATCH,
  VIX_E_INVALID_ARG,
  VIX_E_LOGIN_TYPE_NOT_SUPPORTED,
  VIX_E_OPERATION_DISABLED,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_NOT_RUNNING,
  VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT,
} from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench, guestOf } from '../guest-bench.js';
import type { VmRole } from '../target.js';

const login = 'VixVM_LoginInGuest';
const interactive = VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT;

async function loginFails(bench: Bench, role: VmRole, vm: VixHandle, error: VixError, options = 0): Promise<void> {
  const { name, password } = guestOf(bench, role).user;
  const outcome = await bench.fails(error, login, vm, name, password, options);
  assert.ok(!outcome.summary.includes(password), 'the message shows the password');
}

export const loginCases = caseGroup('login', { needs: ['guest'] }, [
  {
    title: 'a login lasts until the logout, which needs none',
    roles: ['posix', 'windows'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const vm = await bench.open(role);
        await bench.ok('VixVM_LogoutFromGuest', vm);
        await bench.fails(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED, 'VixVM_ListProcessesInGuest', vm, 0);
        const { name, password } = guestOf(bench, role).user;
        await bench.ok(login, vm, name, password, 0);
        await bench.ok('VixVM_ListProcessesInGuest', vm, 0);
        await bench.ok('VixVM_LogoutFromGuest', vm);
        await bench.ok('VixVM_LogoutFromGuest', vm);
        await bench.fails(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED, 'VixVM_ListProcessesInGuest', vm, 0);
      }
    },
  },
  {
    title: 'a login belongs to the handle, and goes with its last reference',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const others = await bench.open('posix', await bench.connect());
      await bench.fails(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED, 'VixVM_ListProcessesInGuest', others, 0);
      await bench.ok('VixVM_ListProcessesInGuest', inGuest.vm, 0);
      bench.releaseAll();
      const again = await bench.open('posix');
      await bench.fails(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED, 'VixVM_ListProcessesInGuest', again, 0);
    },
  },
  {
    title: 'a login that fails leaves the one before, a good one takes its place',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix', 'administrator');
      const { vm } = inGuest;
      await bench.fails(VIX_E_GUEST_USER_PERMISSIONS, login, vm, 'nobody knows me', 'secret', 0);
      await bench.ok('VixVM_ListDirectoryInGuest', vm, '/root', 0);
      await inGuest.login('user');
      const outcome = await bench.attempt('VixVM_ListDirectoryInGuest', [vm, '/root', 0]);
      assert.notEqual(outcome.error, 0, 'the directory of root is not for the ordinary user');
    },
  },
  {
    title: 'a login outlives suspend and reset',
    needs: ['power', 'suspend'],
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      await bench.ok('VixVM_Suspend', vm, 0);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      await bench.ok('VixVM_ListProcessesInGuest', vm, 0);
      await bench.ok('VixVM_Reset', vm, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      await bench.ok('VixVM_ListProcessesInGuest', vm, 0);
    },
  },
  {
    title: 'wrong names and passwords are refused',
    roles: ['posix', 'windows'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const vm = await bench.open(role);
        const { user } = guestOf(bench, role);
        await bench.fails(VIX_E_GUEST_USER_PERMISSIONS, login, vm, user.name, `${user.password}!`, 0);
        await bench.fails(VIX_E_GUEST_USER_PERMISSIONS, login, vm, 'nobody knows me', user.password, 0);
        await bench.fails(VIX_E_INVALID_ARG, login, vm, '', user.password, 0);
        (await bench.attempt(login, [vm, 7, user.password, 0])).is(VIX_E_INVALID_ARG);
      }
    },
  },
  {
    title: 'Windows refuses an empty password',
    roles: ['windows'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('windows');
      const { name } = guestOf(bench, 'windows').user;
      await bench.fails(VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST, login, vm, name, '', 0);
      await bench.fails(VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST, login, vm, name, null, 0);
    },
  },
  {
    title: 'the pseudo-users of old programs are not supported',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('posix');
      for (const name of Object.values(constants.specialUserNames.values)) {
        await bench.fails(VIX_E_LOGIN_TYPE_NOT_SUPPORTED, login, vm, name, null, 0);
      }
    },
  },
  {
    title: 'an interactive login needs its user at the console',
    needs: ['interactiveGuest'],
    roles: ['posix', 'windows', 'noConsoleUser'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const vm = await bench.open(role);
        const { user, administrator } = guestOf(bench, role);
        await bench.ok(login, vm, user.name, user.password, interactive);
        await bench.ok('VixVM_ListProcessesInGuest', vm, 0);
        const { name, password } = administrator;
        await bench.fails(VIX_E_INTERACTIVE_SESSION_USER_MISMATCH, login, vm, name, password, interactive);
      }
      const vm = await bench.open('noConsoleUser');
      await loginFails(bench, 'noConsoleUser', vm, VIX_E_INTERACTIVE_SESSION_NOT_PRESENT, interactive);
    },
  },
  {
    title: 'a login needs a machine that is on, with Tools running',
    needs: ['power'],
    roles: ['off', 'suspended', 'posix', 'noTools', 'slowTools'],
    async run(bench) {
      for (const role of ['off', 'suspended'] as const) {
        const vm = await bench.open(role);
        const { name, password } = guestOf(bench, 'posix').user;
        await bench.fails(VIX_E_VM_NOT_RUNNING, login, vm, name, password, 0);
      }
      for (const role of ['noTools', 'slowTools'] as const) {
        const vm = await bench.open(role);
        await bench.ok('VixVM_PowerOn', vm, 0, 0);
        const { name, password } = guestOf(bench, 'posix').user;
        await bench.fails(VIX_E_TOOLS_NOT_RUNNING, login, vm, name, password, 0);
      }
    },
  },
  {
    title: 'a login is refused where guest operations are forbidden or switched off',
    roles: ['commandsForbidden', 'operationsDisabled'],
    changesNothing: true,
    async run(bench) {
      const forbidden = await bench.open('commandsForbidden');
      await loginFails(bench, 'commandsForbidden', forbidden, VIX_E_GUEST_OPERATIONS_PROHIBITED);
      const disabled = await bench.open('operationsDisabled');
      await loginFails(bench, 'operationsDisabled', disabled, VIX_E_OPERATION_DISABLED);
    },
  },
]);
