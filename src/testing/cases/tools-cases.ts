import assert from 'node:assert/strict';
import {
  VIX_E_CANCELLED,
  VIX_E_INVALID_ARG,
  VIX_E_TIMEOUT_WAITING_FOR_TOOLS,
  VIX_E_TOOLS_INSTALL_AUTO_NOT_SUPPORTED,
  VIX_E_TOOLS_INSTALL_ERROR,
  VIX_E_TOOLS_INSTALL_GUEST_NOT_READY,
  VIX_E_TOOLS_INSTALL_IN_PROGRESS,
  VIX_E_TOOLS_INSTALL_NO_IMAGE,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_NOT_RUNNING,
  VIX_INSTALLTOOLS_AUTO_UPGRADE,
  VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER,
  VIX_INSTALLTOOLS_RETURN_IMMEDIATELY,
  VIX_POWERSTATE_TOOLS_RUNNING,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_TOOLS_STATE,
  VIX_TOOLSSTATE_RUNNING,
} from '../../vix/names.js';
import { caseGroup } from '../conformance-case.js';
import { integerOf, powerStateOf } from '../vm-properties.js';

const mount = VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER;
const upgrade = VIX_INSTALLTOOLS_AUTO_UPGRADE;
const atOnce = VIX_INSTALLTOOLS_RETURN_IMMEDIATELY;

export const toolsCases = caseGroup('Tools', { needs: ['power', 'guest'] }, [
  {
    title: 'the wait ends when Tools runs',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_TOOLS_RUNNING);
      assert.equal(await integerOf(bench, vm, VIX_PROPERTY_VM_TOOLS_STATE), VIX_TOOLSSTATE_RUNNING);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, -1);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 1);
    },
  },
  {
    title: 'the wait ends with an error when its time is over',
    roles: ['slowTools'],
    async run(bench) {
      const vm = await bench.open('slowTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.fails(VIX_E_TIMEOUT_WAITING_FOR_TOOLS, 'VixVM_WaitForToolsInGuest', vm, 2);
    },
  },
  {
    title: 'the wait ends when the machine goes off',
    roles: ['slowTools'],
    async run(bench) {
      const vm = await bench.open('slowTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      const waiting = bench.begin('VixVM_WaitForToolsInGuest', [vm, 0]);
      await bench.ok('VixVM_PowerOff', vm, 0);
      (await waiting.end()).is(VIX_E_VM_NOT_RUNNING);
    },
  },
  {
    title: 'the wait ends when the host is disconnected',
    roles: ['slowTools'],
    async run(bench) {
      const vm = await bench.open('slowTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      // Not by the bench, which reads results: with its host the job goes as soon as its waiters are awake.
      const ended = bench.vix.VixJob_Wait(bench.vix.VixVM_WaitForToolsInGuest(vm, 0, null, null), VIX_PROPERTY_NONE);
      await bench.until('the wait has begun', async () => bench.target.underWay?.().length !== 0);
      bench.disconnect(bench.host);
      bench.equal(await bench.settle(ended), VIX_E_CANCELLED);
    },
  },
  {
    title: 'waiting makes no sense for a machine that is off or has no Tools',
    roles: ['off', 'suspended', 'noTools'],
    async run(bench) {
      for (const role of ['off', 'suspended', 'noTools'] as const) {
        await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_WaitForToolsInGuest', await bench.open(role), 600);
      }
      const vm = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.fails(VIX_E_TOOLS_NOT_RUNNING, 'VixVM_WaitForToolsInGuest', vm, 600);
      (await bench.attempt('VixVM_WaitForToolsInGuest', [vm, 'long'])).is(VIX_E_INVALID_ARG);
    },
  },
  {
    title: 'Tools can be installed where there is none',
    needs: ['toolsInstall'],
    roles: ['noTools'],
    async run(bench) {
      const vm = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_InstallTools', vm, mount, null);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      assert.equal(await integerOf(bench, vm, VIX_PROPERTY_VM_TOOLS_STATE), VIX_TOOLSSTATE_RUNNING);
    },
  },
  {
    title: 'an installation need not be waited for',
    needs: ['toolsInstall'],
    roles: ['noTools'],
    async run(bench) {
      const vm = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_InstallTools', vm, mount | atOnce, null);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
    },
  },
  {
    title: 'one installation runs at a time',
    needs: ['toolsInstall'],
    roles: ['slowTools'],
    async run(bench) {
      const vm = await bench.open('slowTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_InstallTools', vm, mount | atOnce, null);
      await bench.fails(VIX_E_TOOLS_INSTALL_IN_PROGRESS, 'VixVM_InstallTools', vm, mount, null);
    },
  },
  {
    title: 'an installation fails when the machine goes off meanwhile',
    needs: ['toolsInstall'],
    roles: ['slowTools'],
    async run(bench) {
      const vm = await bench.open('slowTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      const installing = bench.begin('VixVM_InstallTools', [vm, mount, null]);
      await bench.ok('VixVM_PowerOff', vm, 0);
      (await installing.end()).is(VIX_E_TOOLS_INSTALL_ERROR);
    },
  },
  {
    title: 'Tools upgrades itself, and what is current needs no upgrade',
    needs: ['toolsInstall'],
    roles: ['outdatedTools'],
    async run(bench) {
      const vm = await bench.open('outdatedTools');
      await bench.ok('VixVM_InstallTools', vm, upgrade, null);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      await bench.ok('VixVM_InstallTools', vm, upgrade, '');
    },
  },
  {
    title: 'an upgrade needs Tools that runs',
    needs: ['toolsInstall'],
    roles: ['noTools', 'slowTools'],
    async run(bench) {
      const bare = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', bare, 0, 0);
      await bench.fails(VIX_E_TOOLS_INSTALL_AUTO_NOT_SUPPORTED, 'VixVM_InstallTools', bare, upgrade, null);
      const slow = await bench.open('slowTools');
      await bench.ok('VixVM_PowerOn', slow, 0, 0);
      await bench.fails(VIX_E_TOOLS_INSTALL_GUEST_NOT_READY, 'VixVM_InstallTools', slow, upgrade, null);
    },
  },
  {
    title: 'an installation needs a machine that is on, an installer, and no arguments',
    needs: ['toolsInstall'],
    roles: ['off', 'noToolsImage'],
    async run(bench) {
      const off = await bench.open('off');
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_InstallTools', off, mount, null);
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_InstallTools', off, mount, '/quiet');
      const vm = await bench.open('noToolsImage');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.fails(VIX_E_TOOLS_INSTALL_NO_IMAGE, 'VixVM_InstallTools', vm, mount, null);
    },
  },
]);
