/**
 * UploadGuestFile of the vSphere SDK: copies a file of this machine into a guest.
 * Usage: node build/examples/vsphere/upload-guest-file.js --url https://vcenter/sdk --username U --password P
 *   --vmname VM --guestusername U --guestpassword P --guestfilepath G --localfilepath L --guesttype posix|windows
 *   [--overwrite]
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { vimFaultOf } from 'revix/vsphere';
import { main, shownUrl } from './support/guest-sample.js';

await main(
  {
    name: 'UploadGuestFile',
    options: {
      guestfilepath: 'file in the guest',
      localfilepath: 'file here',
      guesttype: 'windows or posix',
      'overwrite?': 'replace a file that is there',
    },
    async run({ options, guest }) {
      const guestFilePath = options.text('guestfilepath') ?? '';
      const localFilePath = options.text('localfilepath') ?? '';
      console.log('Executing UploadGuestFile guest operation');
      const found = await stat(localFilePath).catch(() => undefined);
      if (found === undefined) return console.log(`Error finding the file: ${localFilePath}`);
      if (found.isDirectory()) return console.log('Local file path points to a directory');
      console.log(`Size of the file is :${found.size}`);
      console.log('Executing UploadFile guest operation');
      const isWindows = options.text('guesttype')?.toLowerCase() === 'windows';
      const now = new Date();
      const fileAttributes = {
        $type: isWindows ? 'GuestWindowsFileAttributes' : 'GuestPosixFileAttributes',
        accessTime: now,
        modificationTime: now,
      } as const;
      let url: string;
      try {
        url = await guest.call('InitiateFileTransferToGuest', {
          guestFilePath,
          fileAttributes,
          fileSize: found.size,
          overwrite: options.flag('overwrite'),
        });
      } catch (error) {
        if (vimFaultOf(error)?.$type !== 'FileAlreadyExists') throw error;
        return console.log(`${guestFilePath} exists already; use --overwrite to replace it`);
      }
      console.log(`Uploading the file to :${shownUrl(url)}`);
      await guest.upload(guestFilePath, url, { size: found.size, chunks: createReadStream(localFilePath) });
      console.log('Successfully uploaded the file');
    },
  },
  {
    options: ['--guestfilepath', '/tmp/notes.txt', '--localfilepath', 'TEMP/notes.txt', '--guesttype', 'posix'],
    files: { 'notes.txt': 'Remember the milk.\n' },
  },
);
