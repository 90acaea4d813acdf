/**
 * UploadGuestFile of the vSphere SDK: copies a file of this machine into a guest. Like the original it tells what the
 * server said against the file, and what is wrong with the local one, and ends with status 0 then.
 * Usage: node build/examples/vsphere/upload-guest-file.js --url https://vcenter/sdk --username U --password P
 *   --vmname VM --guestusername U --guestpassword P --guestfilepath G --localfilepath L --guesttype posix|windows
 *   [--overwrite]
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { vimFaultOf } from 'revix/vsphere';
import { main } from './support/guest-sample.js';

await main(
  {
    name: 'UploadGuestFile',
    options: {
      guestfilepath: 'file in the guest',
      localfilepath: 'file here',
      guesttype: 'windows or posix',
      'overwrite?': 'replace a file that is there',
    },
    async run({ options, guest, shown }) {
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
        const fault = vimFaultOf(error);
        if (fault === undefined) throw error;
        console.log(error instanceof Error ? error.message : fault.$type);
        if (fault.$type === 'FileAlreadyExists') console.log('Use --overwrite to replace the file that is there.');
        return;
      }
      console.log(`Uploading the file to :${shown(url)}`);
      try {
        await guest.upload(guestFilePath, url, { size: found.size, chunks: createReadStream(localFilePath) });
      } catch (error) {
        throw new Error('File Upload is unsuccessful', { cause: error });
      }
      console.log('Successfully uploaded the file');
    },
  },
  {
    options: ['--guestfilepath', '/tmp/notes.txt', '--localfilepath', 'TEMP/notes.txt', '--guesttype', 'posix'],
    files: { 'notes.txt': 'Remember the milk.\n' },
  },
);
