import type { Inventory } from './inventory-schema.js';

/** Datacentres of the default inventory. */
const lab = 'Lab';
const office = 'Office';

/**
 * What a mock host has when nobody says otherwise: two datacentres with a machine for each thing that programs meet.
 * Guests know the users `root` and `user` (Linux), `Administrator` and `user` (Windows), all with the password
 * `password`. The encrypted machine opens with `secret`.
 */
export const defaultInventory: Inventory = {
  vms: [
    { name: 'linux', datacenter: lab, location: '/vms/linux/linux.vmx', guest: { consoleUser: 'user' } },
    {
      name: 'windows',
      datacenter: lab,
      location: '/vms/windows/windows.vmx',
      guestOs: 'windows9-64',
      cpuCount: 2,
      memoryMb: 4096,
      guest: { consoleUser: 'user' },
    },
    {
      name: 'web',
      datacenter: lab,
      location: '[datastore1] web/web.vmx',
      cpuCount: 2,
      memoryMb: 2048,
      power: 'on',
      guest: {
        processes: [{ name: 'nginx', commandLine: 'nginx: master process /usr/sbin/nginx' }],
        files: [
          { path: '/var/www/html/index.html', text: '<!doctype html>\n<title>Welcome</title>\n<h1>It works.</h1>\n' },
          { path: '/etc/nginx/nginx.conf', text: 'user www-data;\nworker_processes auto;\n' },
          { path: '/etc/nginx/current.conf', linkTarget: 'nginx.conf' },
        ],
      },
    },
    {
      name: 'build',
      datacenter: lab,
      location: '[datastore1] build/build.vmx',
      guestOs: 'windows2019srv-64',
      cpuCount: 4,
      memoryMb: 8192,
      power: 'on',
      guest: { consoleUser: 'Administrator' },
    },
    { name: 'no-tools', datacenter: lab, location: '[datastore1] no-tools/no-tools.vmx', power: 'on', tools: false },
    {
      name: 'encrypted',
      datacenter: lab,
      location: '[datastore1] encrypted/encrypted.vmx',
      encryptionPassword: 'secret',
    },
    {
      name: 'snapshots',
      datacenter: lab,
      location: '[datastore1] snapshots/snapshots.vmx',
      snapshots: [
        {
          name: 'base',
          description: 'Freshly installed',
          children: [
            { name: 'before update', children: [{ name: 'tested', power: 'on', isCurrent: true }] },
            { name: 'experiment', children: [{ name: 'tested', description: 'Not the other one' }] },
          ],
        },
      ],
    },
    { name: 'Case', datacenter: office, location: '[datastore2] Case/vm.vmx' },
    { name: 'case', datacenter: office, location: '[datastore2] case/vm.vmx' },
    { name: 'twin of the lab', datacenter: lab, location: '[shared] twin/twin.vmx' },
    { name: 'twin of the office', datacenter: office, location: '[shared] twin/twin.vmx' },
    {
      name: 'suspended',
      datacenter: office,
      location: '[datastore2] suspended/suspended.vmx',
      power: 'suspended',
    },
    {
      name: 'question',
      datacenter: office,
      location: '[datastore2] question/question.vmx',
      questionAtPowerOn: 'This virtual machine might have been moved or copied. Did you move it or copy it?',
    },
    {
      name: 'refused',
      datacenter: office,
      location: '[datastore2] refused/refused.vmx',
      guestOs: 'darwin22-64',
      powerOnRefusal: 'unsupported-guest',
    },
  ],
};
