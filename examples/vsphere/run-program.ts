/**
 * RunProgram of the vSphere SDK: runs a program in a guest, waits for it, and copies what it printed to this machine.
 * Like the original it leaves the temporary file with the output in the guest, and passes no arguments on; a Windows
 * guest needs `cmd.exe /c ...` as the path for the redirection.
 * Usage: node build/examples/vsphere/run-program.js --url https://vcenter/sdk --username U --password P
 *   --vmname VM --guestusername U --guestpassword P --guestprogrampath G --localoutputfilepath L [--interactivesession]
 */
import { download, main } from './support/guest-sample.js';
import { inRounds } from './support/in-rounds.js';

await main(
  {
    name: 'RunProgram',
    options: {
      guestprogrampath: 'program in the guest',
      localoutputfilepath: 'file here for what it prints',
      'interactivesession?': 'run it in the session at the console',
    },
    isInteractive: (options) => options.flag('interactivesession'),
    async run({ options, guest, shown }) {
      console.log('Executing CreateTemporaryFile guest operation');
      const nowhere = { prefix: '', suffix: '', directoryPath: '' };
      const outputPath = await guest.call('CreateTemporaryFileInGuest', nowhere);
      console.log(`Successfully created a temporary file at: ${outputPath} inside the guest`);

      console.log('Starting the specified program inside the guest');
      const programPath = options.text('guestprogrampath') ?? '';
      const spec = { programPath, arguments: `> ${outputPath} 2>&1` };
      const pid = await guest.call('StartProgramInGuest', { spec });
      console.log(`Process ID of the program started is: ${pid}`);

      const { exitCode } = await inRounds(guest.waitForExit(pid), () =>
        console.log('Waiting for the process to finish running.'),
      );
      console.log(`Exit code of the program is ${exitCode}`);

      const { url } = await guest.call('InitiateFileTransferFromGuest', { guestFilePath: outputPath });
      console.log(`Downloading the output file from :${shown(url)}`);
      await download(guest, outputPath, url, options.text('localoutputfilepath') ?? '');
      console.log('Successfully downloaded the file');
    },
  },
  { options: ['--guestprogrampath', '/bin/hostname', '--localoutputfilepath', 'TEMP/output.txt'] },
);
