/**
 * DownloadGuestFile of the vSphere SDK: copies a file of a guest to this machine.
 * Usage: node build/examples/vsphere/download-guest-file.js --url https://vcenter/sdk --username U --password P
 *   --vmname VM --guestusername U --guestpassword P --guestfilepath G --localfilepath L
 */
import { download, main } from './support/guest-sample.js';

await main(
  {
    name: 'DownloadGuestFile',
    options: { guestfilepath: 'file in the guest', localfilepath: 'file here' },
    async run({ options, guest, shown }) {
      const guestFilePath = options.text('guestfilepath') ?? '';
      console.log('Executing DownloadFile guest operation');
      const { url } = await guest.call('InitiateFileTransferFromGuest', { guestFilePath });
      console.log(`Downloading the file from :${shown(url)}`);
      await download(guest, guestFilePath, url, options.text('localfilepath') ?? '');
      console.log('Successfully downloaded the file');
    },
  },
  { options: ['--guestfilepath', '/var/www/html/index.html', '--localfilepath', 'TEMP/index.html'] },
);
