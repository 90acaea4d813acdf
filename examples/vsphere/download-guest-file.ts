/**
 * DownloadGuestFile of the vSphere SDK: copies a file of a guest to this machine.
 * Usage: node build/examples/vsphere/download-guest-file.js --url https://vcenter/sdk --username U --password P
 *   --vmname VM --guestusername U --guestpassword P --guestfilepath G --localfilepath L
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { main, shownUrl } from './support/guest-sample.js';

await main(
  {
    name: 'DownloadGuestFile',
    options: { guestfilepath: 'file in the guest', localfilepath: 'file here' },
    async run({ options, guest }) {
      const guestFilePath = options.text('guestfilepath') ?? '';
      console.log('Executing DownloadFile guest operation');
      const { url } = await guest.call('InitiateFileTransferFromGuest', { guestFilePath });
      console.log(`Downloading the file from :${shownUrl(url)}`);
      const { chunks } = await guest.download(guestFilePath, url);
      await pipeline(chunks, createWriteStream(options.text('localfilepath') ?? ''));
      console.log('Successfully downloaded the file');
    },
  },
  { options: ['--guestfilepath', '/var/www/html/index.html', '--localfilepath', 'TEMP/index.html'] },
);
