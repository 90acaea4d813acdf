import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator, type Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('inventory.py', import.meta.url));

describe.skipIf(lacks('pyvmomi'))('pyvmomi with the inventory of the simulator', () => {
  let simulator: Simulator;
  let report: Readonly<Record<string, unknown>> = {};

  beforeAll(async () => {
    simulator = await startSimulator({
      inventory: {
        vms: [
          {
            name: 'web',
            datacenter: 'Lab',
            location: '[ds1] web/web.vmx',
            power: 'on',
            config: { 'guestinfo.role': 'front' },
            guest: { ipAddresses: ['10.1.2.3'] },
          },
          { name: 'db', datacenter: 'Lab', location: '[ds1] db/db.vmx' },
          { name: 'mail', datacenter: 'Office', location: '[ds1] mail/mail.vmx' },
        ],
      },
      users: [
        { name: 'tester', password: 'secret' },
        { name: 'reader', password: 'secret', privileges: ['System.View'] },
      ],
    });
    const { hostname, port } = new URL(simulator.url);
    const { stdout } = await run(pathOf('pyvmomi'), [script, hostname, port]);
    report = JSON.parse(stdout);
  });

  afterAll(() => simulator.close());

  it('logs in and sees the inventory', () => {
    expect(report['refused']).toEqual({ type: 'InvalidLogin' });
    expect(report['session']).toEqual(['tester', 'VirtualCenter', true]);
    expect(report['view']).toEqual(['db', 'mail', 'web']);
    expect(report['pages']).toEqual(['db', 'mail', 'web']);
    expect(report['machine']).toEqual({
      power: 'poweredOn',
      path: '[ds1] web/web.vmx',
      host: 'esx1.example.test',
      parents: ['vm', 'Lab', 'cluster'],
      mac: [expect.stringMatching(/^00:50:56:/u)],
      disks: ['[ds1] web/web.vmdk'],
      guest: ['guestToolsRunning', '10.1.2.3', 24],
      extra: { 'guestinfo.role': 'front' },
    });
  });

  it('waits for updates while another connection makes them', () => {
    expect(report['updates']).toEqual([false, 'poweredOff', 'suspended', true]);
    expect(report['twice']).toEqual({
      type: 'InvalidPowerState',
      requestedState: 'poweredOn',
      existingState: 'poweredOn',
    });
  });

  it('turns machines off and on and resets them, each time to a new boot', () => {
    expect(report['powers']).toEqual([
      ['poweredOff', false],
      ['poweredOn', true],
      ['poweredOn', true],
      ['poweredOff', false],
      { type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: 'poweredOff' },
    ]);
  });

  it('takes and reverts snapshots', () => {
    expect(report['snapshots']).toEqual(['first', 'words', 'second', 'poweredOn']);
    expect(report['reverted']).toEqual(['poweredOff', true]);
    expect(report['bare']).toBe(true);
  });

  it('changes, clones, registers and destroys machines', () => {
    expect(report['changed']).toEqual(['by python', '1']);
    expect(report['unsupported']).toEqual({ type: 'NotSupported' });
    expect(report['clone']).toEqual(['vim.VirtualMachine', 'clone', true]);
    expect(report['duplicate']).toEqual({ type: 'DuplicateName', name: 'clone' });
    expect(report['gone']).toEqual({ type: 'ManagedObjectNotFound' });
    expect(report['back']).toBe('back');
    expect(report['left']).toEqual(['db', 'mail', 'web']);
  });

  it('searches, and reads history and files', () => {
    expect(report['search']).toEqual([true, true, null, true, { type: 'InvalidDatastore', name: 'none' }]);
    expect(report['events']).toEqual(
      expect.arrayContaining([
        'UserLoginSessionEvent',
        'VmClonedEvent',
        'VmPoweredOnEvent',
        'VmReconfiguredEvent',
        'VmRegisteredEvent',
        'VmRemovedEvent',
        'VmSuspendedEvent',
      ]),
    );
    expect(report['tasks']).toEqual(
      expect.arrayContaining([
        'Folder.registerVm',
        'VirtualMachine.clone',
        'VirtualMachine.powerOn',
        'VirtualMachine.reconfigure',
      ]),
    );
    expect(report['files']).toEqual(['db', 'made', 'web']);
  });

  it('gets faults where rights are missing, or a session has ended', () => {
    expect(report['rights']).toEqual([
      'web',
      { type: 'NoPermission', privilegeId: 'VirtualMachine.Interact.PowerOff' },
    ]);
    expect(report['after']).toEqual({ type: 'NotAuthenticated', privilegeId: 'System.View' });
  });
});
