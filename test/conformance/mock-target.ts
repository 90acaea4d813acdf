import { mkdtemp, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BackendModule } from '../../src/backends/backend.js';
import type { CapabilitySet } from '../../src/backends/capabilities.js';
import { createMockBackend } from '../../src/backends/mock/index.js';
import { FakeClock } from '../../src/base/clock.js';
import { createVix } from '../../src/compose/create-vix.js';
import { type ConformanceTarget, type VmRole, watchBackend } from '../../src/testing/index.js';
import {
  VIX_E_HOST_USER_PERMISSIONS,
  VIX_E_NOT_FOR_REMOTE_HOST,
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
} from '../../src/vix/names.js';
import { scratchRoot } from '../fixtures/scratch-root.js';
import { inventoryFor, vmsFor } from './inventory.js';

/** How a mock target is made. */
export interface MockTargetOptions {
  /** Keep the machines in a directory rather than in memory. */
  readonly inDirectory?: boolean;
  /** Put something between the engine and the mock. */
  readonly wrap?: (backend: BackendModule) => BackendModule;
  /** What the target claims to be able to do; by default all that the mock can. */
  readonly capabilities?: CapabilitySet;
}

/** Makes a mock host with a machine for each of the roles, on a clock that moves only when told to. */
export async function mockTarget(
  roles: readonly VmRole[],
  options: MockTargetOptions = {},
): Promise<ConformanceTarget> {
  const root = await mkdtemp(join(scratchRoot, 'revix-conformance-'));
  const directory = join(root, 'host files');
  await mkdir(directory);
  const machines = join(root, 'machines');
  const isInDirectory = options.inDirectory === true;
  const clock = new FakeClock();
  const mock = createMockBackend({
    inventory: inventoryFor(roles),
    clock,
    ...(isInDirectory ? { directory: machines } : {}),
  });
  const { faults } = await mock.world();
  const { module, underWay } = watchBackend(options.wrap?.(mock) ?? mock);
  const vix = createVix({ backends: [module], config: {}, clock });
  const connection = {
    hostType: VIX_SERVICEPROVIDER_DEFAULT,
    hostName: null,
    hostPort: 0,
    userName: 'admin',
    password: 'host password',
  };
  return {
    vix,
    connection,
    refusedConnections: [
      {
        what: 'a wrong password',
        connection: { ...connection, password: 'not the password' },
        error: VIX_E_HOST_USER_PERMISSIONS,
      },
      {
        what: 'another machine through a provider that knows only this one',
        connection: { ...connection, hostType: VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, hostName: 'host.example' },
        error: VIX_E_NOT_FOR_REMOTE_HOST,
      },
    ],
    capabilities: options.capabilities ?? mock.capabilities,
    vms: vmsFor(roles),
    directory,
    newLocation: (name) => `[store] ${name}/${name}.vmx`,
    advance: (ms) => clock.advance(ms),
    inject: ({ operation, kind }) => {
      const rule = { operation: operation as 'guest.*', effect: { error: kind } };
      const id = faults.add(rule);
      return () => void faults.remove(id);
    },
    ...(isInDirectory ? { diskFiles: (role: VmRole) => diskFiles(machines, role) } : {}),
    underWay,
    async close() {
      await vix.Revix_Close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Names of the disk files in the folder of a machine; none when the folder is gone. */
async function diskFiles(machines: string, role: VmRole): Promise<readonly string[]> {
  const names = await readdir(machines, { recursive: true });
  return names.filter((name) => basename(dirname(name)) === role && name.endsWith('.vmdk'));
}
