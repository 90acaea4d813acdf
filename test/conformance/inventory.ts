import type { Inventory } from '../../src/backends/mock/index.js';
import type { TargetGuest, TargetVm, VmRole } from '../../src/testing/index.js';

type InventoryVm = Inventory['vms'][number];

/** A machine of the inventory, and what the suite is told about it. */
interface Machine {
  readonly vm: Omit<InventoryVm, 'name' | 'location'>;
  readonly tells?: Partial<TargetVm>;
  /** Where it lies, when the role is about that. */
  readonly location?: string;
}

const datacenter = 'Lab';
const linux = { guestOs: 'ubuntu-64', guest: { consoleUser: 'user' } } as const;
const windows = { guestOs: 'windows9-64', guest: { consoleUser: 'user' } } as const;

const guests: Readonly<Record<'posix' | 'windows', TargetGuest>> = {
  posix: {
    family: 'posix',
    administrator: { name: 'root', password: 'password' },
    user: { name: 'user', password: 'password' },
  },
  windows: {
    family: 'windows',
    administrator: { name: 'Administrator', password: 'password' },
    user: { name: 'user', password: 'password' },
  },
};

/** Long enough that a guest still boots when the next call looks. */
const tools = { bootDelayMs: 30_000 } as const;
const dayMs = 86_400_000;

const machines: Readonly<Record<VmRole, Machine>> = {
  posix: { vm: { ...linux, tools, power: 'on' } },
  windows: { vm: { ...windows, tools, power: 'on' } },
  off: {
    vm: { ...linux, tools, cpuCount: 3, memoryMb: 1536 },
    tells: { hardware: { cpuCount: 3, memoryMb: 1536 } },
  },
  suspended: { vm: { ...linux, power: 'suspended' } },
  noTools: { vm: { ...linux, tools: false } },
  noToolsImage: { vm: { ...linux, tools: { version: 1, hasImage: false } } },
  outdatedTools: { vm: { ...linux, power: 'on', tools: { version: 8000 } } },
  slowTools: { vm: { ...linux, tools: { version: 8000, bootDelayMs: dayMs } } },
  lateScripts: { vm: { ...linux, power: 'on', tools: { scriptsDelayMs: dayMs } } },
  noConsoleUser: { vm: { guestOs: 'ubuntu-64', power: 'on' } },
  commandsForbidden: { vm: { ...linux, power: 'on', config: { 'guest.commands.enabled': 'FALSE' } } },
  operationsDisabled: { vm: { guestOs: 'ubuntu-64', power: 'on', guest: { disabledOperations: ['all'] } } },
  smallDisk: { vm: { guestOs: 'ubuntu-64', power: 'on', guest: { diskSizeBytes: 8 * 1024 * 1024 } } },
  encrypted: { vm: { ...linux, encryptionPassword: 'key' }, tells: { encryptionPassword: 'key' } },
  snapshots: {
    vm: {
      ...linux,
      snapshots: [
        {
          name: 'base',
          description: 'Freshly installed',
          children: [
            { name: 'left', children: [{ name: 'tested' }, { name: 'here', isCurrent: true }] },
            { name: 'right', children: [{ name: 'tested', description: 'Not the other one' }] },
          ],
        },
        { name: 'other root' },
      ],
    },
    tells: {
      snapshotTree: {
        current: 'here',
        roots: [
          {
            name: 'base',
            description: 'Freshly installed',
            children: [
              {
                name: 'left',
                description: '',
                children: [
                  { name: 'tested', description: '', children: [] },
                  { name: 'here', description: '', children: [] },
                ],
              },
              {
                name: 'right',
                description: '',
                children: [{ name: 'tested', description: 'Not the other one', children: [] }],
              },
            ],
          },
          { name: 'other root', description: '', children: [] },
        ],
      },
    },
  },
  caseTwin: { vm: linux, location: '[store] twins/twin.vmx' },
  otherCaseTwin: { vm: linux, location: '[store] Twins/Twin.vmx' },
  ambiguous: {
    vm: linux,
    location: '[Lab/store] same/same.vmx',
    tells: { ambiguousPath: '[store] same/same.vmx' },
  },
  unregistered: { vm: { ...linux, isRegistered: false } },
  question: { vm: { ...linux, questionAtPowerOn: 'Did you move it or copy it?' } },
  unsupportedGuest: { vm: { ...linux, powerOnRefusal: 'unsupported-guest' } },
  tooMuchMemory: { vm: { ...linux, powerOnRefusal: 'host-memory' } },
  tooManyCpus: { vm: { ...linux, powerOnRefusal: 'host-cpus' } },
  template: { vm: { ...linux, isTemplate: true } },
  readOnly: { vm: { ...linux, isReadOnly: true } },
  oldHardware: { vm: { ...linux, hardwareVersion: 7 } },
};

function locationOf(role: VmRole): string {
  return machines[role].location ?? `[store] ${role}/${role}.vmx`;
}

/** An inventory with a machine for each of the roles. */
export function inventoryFor(roles: readonly VmRole[]): Inventory {
  return {
    hostUsers: [{ name: 'admin', password: 'host password' }],
    vms: [
      ...roles.map((role) => ({ datacenter, ...machines[role].vm, name: role, location: locationOf(role) })),
      { name: 'same in the office', datacenter: 'Office', location: '[store] same/same.vmx' },
    ],
  };
}

/** What the suite is told about the machines of that inventory. */
export function vmsFor(roles: readonly VmRole[]): Readonly<Partial<Record<VmRole, TargetVm>>> {
  const told = roles.map((role): [VmRole, TargetVm] => {
    const guest = role === 'windows' ? guests.windows : guests.posix;
    return [role, { location: locationOf(role), name: role, guest, ...machines[role].tells }];
  });
  return Object.fromEntries(told);
}
