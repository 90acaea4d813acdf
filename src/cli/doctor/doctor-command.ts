import { command } from '../revix/command.js';
import { flag, oneOf, text, whole, withDefault, withShort } from '../revix/parameters.js';
import { type HostTypeWord, hostTypes } from '../vmrun/host-types.js';

const password = 'as it is, env:NAME, file:PATH, or - for a line of stdin';

/** The words that -T takes. */
const hostTypeWords = Object.keys(hostTypes) as HostTypeWord[];

/** `revix doctor`. */
export const doctorCommand = command({
  name: 'doctor',
  summary: 'finds out why a program does not get through to its machine',
  details: [
    'Without arguments it looks at this machine: versions, configuration, backends. With a host it goes on from the ' +
      'name over the certificate to the login and its privileges; with a machine, to power, Tools and guest ' +
      'operations; with a user of the guest, to the login there and to the way of its files.',
    'Each check is green, yellow, red, or skipped because it rests on a red one; each that is yellow or red says what ' +
      'to do next. Nothing is changed on the host. The exit status is 0 when nothing is red, else 1.',
  ],
  positionals: {
    vm: text('VM', 'the machine, as a program names it: a path, a UUID, a path in the inventory', 'vm'),
  },
  options: {
    hostType: withShort(oneOf(hostTypeWords, 'kind of host, as for vmrun'), '-T'),
    host: withShort(text('HOST', 'name or URL of the host'), '-h'),
    user: withShort(text('USER', 'user on the host'), '-u'),
    password: withShort(text('PASSWORD', `password on the host: ${password}`), '-p'),
    vmPassword: withShort(text('PASSWORD', 'password of an encrypted machine, in the same ways'), '-vp'),
    guestUser: withShort(text('USER', 'user in the guest'), '-gu'),
    guestPassword: withShort(text('PASSWORD', 'password in the guest, in the same ways'), '-gp'),
    interactive: flag('logs in to the guest at its console'),
    roundTrip: flag('writes a temporary file to the guest, reads it back and removes it'),
    timeout: withDefault(whole('SECONDS', 'longest time for each check', [1, 3600]), '10'),
    json: flag('prints one JSON object in place of text'),
  },
  examples: [
    'revix doctor',
    'revix doctor -T vc -h vcenter.example -u user@vsphere.local -p env:VC_PASSWORD',
    "revix doctor -T vc -h vcenter.example -u user -p - '[datastore1] web/web.vmx'",
    'revix doctor -gu user -gp file:secret /vms/web/web.vmx',
  ],
  run: async (values, terminal) => (await import('./run-doctor.js')).runDoctor(values, terminal),
});
