/**
 * CreateTemporaryFile of the vSphere SDK: makes a temporary file in a guest. The file is left there.
 * Usage: node build/examples/vsphere/create-temporary-file.js --url https://vcenter/sdk --username U --password P
 *   --vmname VM --guestusername U --guestpassword P [--prefix P] [--suffix S] [--directorypath D]
 */
import { main } from './support/guest-sample.js';

await main(
  {
    name: 'CreateTemporaryFile',
    options: {
      'prefix?': 'beginning of the name',
      'suffix?': 'end of the name',
      'directorypath?': "where to make it; by default where the guest's temporary files are",
    },
    async run({ options, guest }) {
      console.log('Executing CreateTemporaryFile guest operation');
      const path = await guest.call('CreateTemporaryFileInGuest', {
        prefix: options.text('prefix') ?? '',
        suffix: options.text('suffix') ?? '',
        directoryPath: options.text('directorypath') ?? '',
      });
      console.log(`Temporary file was successfully created at: ${path} inside the guest`);
    },
  },
  { options: ['--prefix', 'report-', '--suffix', '.txt'] },
);
