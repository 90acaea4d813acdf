/**
 * New code over the client: a script and a program in a guest with what they print, files both ways, and a snapshot to
 * come back to. Everything is given back at the end of its block.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVix } from 'revix';
import { connect, VixError, type Vm } from 'revix/client';
import { createMockBackend } from 'revix/mock';

const vix = createVix({ backends: [createMockBackend()] });
const work = mkdtempSync(join(tmpdir(), 'revix-client-'));

async function useGuest(vm: Vm): Promise<void> {
  await using guest = await vm.login({ userName: 'root', password: 'password' });

  const greeting = await guest.run('echo', ["it's $HOME; not a shell"]);
  console.log(`echo ended with ${greeting.exitCode}: ${greeting.stdout.trim()}`);

  const script = await guest.script('for name in "$@"; do echo "hello $name"; done; echo bad >&2; exit 3', {
    arguments: ['one', 'two words'],
  });
  console.log(`the script ended with ${script.exitCode}`);
  console.log(script.stdout.trim());
  console.log(`on stderr: ${script.stderr.trim()}`);

  writeFileSync(join(work, 'settings'), 'colour = blue\n');
  await guest.files.upload(join(work, 'settings'), '/tmp/settings', {
    verify: true,
    onProgress: ({ fileBytes, fileSize, copiedFiles }) =>
      console.log(`copied ${fileBytes} of ${fileSize} bytes, ${copiedFiles} files`),
  });
  await guest.run('sed', ['-i', 's/blue/green/', '/tmp/settings']);
  await guest.files.download('/tmp/settings', join(work, 'back'));
  console.log(`back: ${readFileSync(join(work, 'back'), 'utf8').trim()}`);

  try {
    await guest.run('/opt/none');
  } catch (error) {
    if (!(error instanceof VixError)) throw error;
    console.log(`${error.name} of ${error.operation} on ${error.target}`);
    console.log(`what to do: ${error.nextStep}`);
  }
}

async function main(): Promise<void> {
  await using host = await connect({ vix });
  await using vm = await host.openVm('/vms/linux/linux.vmx');
  const clean = await vm.snapshots.create({ name: 'clean' });
  await vm.powerOn();
  await vm.waitForTools({ timeoutMs: 60_000 });
  await useGuest(vm);
  await vm.snapshots.revert(clean);
  for await (const { path, isCurrent } of vm.snapshots) {
    console.log(`snapshot ${path.join('/')}${isCurrent ? ', where the machine is' : ''}`);
  }
}

await main();
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length}`);
await vix.Revix_Close();
rmSync(work, { recursive: true });
