import { command } from '../revix/command.js';
import { flag, required, text } from '../revix/parameters.js';

/** `revix convert` */
export const convertCommand = command({
  name: 'convert',
  summary: 'makes an inventory from a folder with .vmx files of VMware',
  details: [
    'Names, guest types, sizes, UUIDs, notes, snapshots, suspended states, shared folders, hardware addresses and all other entries of the files are taken over; what disks hold is not. Guests have the default users. Files that cannot be read are named on stderr and the others go on; the exit status then is 1.',
  ],
  positionals: { folder: required(text('FOLDER', 'searched with all folders in it', 'directory')) },
  options: {
    output: text('FILE', 'written instead of stdout', 'path'),
    json: flag('JSON in place of YAML'),
    root: text('ROOT', 'stands for FOLDER in the locations of the machines: another path, or [datastore]'),
  },
  examples: [
    'revix convert ~/vmware --output lab.yaml',
    "revix convert ~/vmware --root '[ds1]' | revix simulate /dev/stdin",
  ],
  run: async (values, terminal) => (await import('./convert.js')).convert(values, terminal),
});
