/**
 * What the four samples of guest operations have in common, as those of the vSphere SDK for Java have: their command
 * line, and the way to a machine whose guest takes operations. Unlike those they verify certificates, and they end with
 * status 1 whatever goes wrong, as the newest ones do. A machine that is not there, or off, is nothing wrong.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { startSimulator } from 'revix/simulator';
import {
  connectVsphere,
  Fault,
  ref,
  type GuestClient,
  type Ref,
  type TlsOption,
  type VsphereClient,
} from 'revix/vsphere';
import { SampleOptions } from './sample-options.js';

/** What a sample works with. */
export interface SampleContext {
  readonly options: SampleOptions;
  readonly guest: GuestClient;
  /** A transfer URL for people. */
  readonly shown: (url: string) => string;
}

export interface Sample {
  readonly name: string;
  /** Options of its own, with what they mean. Those without `?` are required. */
  readonly options: Readonly<Record<string, string>>;
  /** Whether to work in the session at the console. */
  isInteractive?(options: SampleOptions): boolean;
  run(context: SampleContext): Promise<void>;
}

const commonOptions: Readonly<Record<string, string>> = {
  url: 'https://vcenter/sdk, or the name of the vCenter; also --serverAddress',
  username: 'user of the vCenter or host',
  password: 'password of that user',
  vmname: 'name of the virtual machine',
  guestusername: 'user of the guest',
  guestpassword: 'password of that user',
  'thumbprint?': 'certificate to accept, by its SHA-256',
  'trustStorePath?': 'PEM file of the authorities to accept',
  'insecure?': 'accept any certificate',
  'basic-connection?': 'log in without single sign-on, as is done anyway',
};

/** How a sample shows itself where there is no vCenter. */
export interface Demonstration {
  /** Its own options; `TEMP` in them is a directory that is removed afterwards. */
  readonly options: readonly string[];
  /** Files in that directory, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * Runs a sample with the command line of the process. Without any options it starts a simulator and runs the sample
 * there.
 */
export async function main(sample: Sample, demonstration: Demonstration): Promise<void> {
  try {
    const words = process.argv.slice(2);
    if (words.length > 0) await runSample(sample, words);
    else await demonstrate(sample, demonstration);
  } catch (error) {
    console.error(textOf(error));
    if (error instanceof Error && !(error instanceof Fault) && error.cause !== undefined) {
      console.error(textOf(error.cause));
    }
    process.exitCode = 1;
  }
}

function textOf(error: unknown): string {
  if (error instanceof Fault) return `${error.kind}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

async function demonstrate(sample: Sample, { options, files = {} }: Demonstration): Promise<void> {
  const machine = ['--vmname', 'web', '--guestusername', 'root', '--guestpassword', 'password'];
  console.log(`${sample.name} --url ... --username ... --password ... ${[...machine, ...options].join(' ')}`);
  const directory = await mkdtemp(join(tmpdir(), 'revix-sample-'));
  const simulator = await startSimulator();
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    const thumbprint = simulator.thumbprint?.sha256 ?? '';
    const host = ['--url', simulator.url, '--username', 'user', '--password', 'password', '--thumbprint', thumbprint];
    const own = options.map((option) => option.replace(/^TEMP/, directory));
    await runSample(sample, [...host, ...machine, ...own]);
  } finally {
    await simulator.close();
    await rm(directory, { recursive: true });
  }
}

async function runSample(sample: Sample, words: readonly string[]): Promise<void> {
  const options = new SampleOptions(words);
  options.addDefaults([homedir(), process.cwd()]);
  const all = { ...commonOptions, ...sample.options };
  const missing = Object.keys(all).filter((name) => !name.endsWith('?') && options.text(name) === undefined);
  if (options.has('help') || missing.length > 0) {
    if (!options.has('help')) console.error(`Missing: ${missing.map((name) => `--${name}`).join(', ')}`);
    printUsage(sample.name, all);
    return;
  }
  const text = (name: string): string => options.text(name) ?? '';
  const client = await connectVsphere({
    url: text('url'),
    userName: text('username'),
    password: text('password'),
    tls: tlsOf(options),
  });
  try {
    const guest = await readyGuest(sample, options, client);
    const shown = (url: string): string => shownUrl(url, hostOf(text('url')));
    if (guest !== undefined) await sample.run({ options, guest, shown });
  } finally {
    await client.close();
  }
}

function tlsOf(options: SampleOptions): TlsOption {
  const thumbprint = options.text('thumbprint');
  const ca = options.text('trustStorePath');
  if (thumbprint !== undefined) return { thumbprint };
  if (ca !== undefined) return { ca };
  return options.flag('insecure') ? 'insecure' : 'system';
}

function printUsage(sample: string, options: Readonly<Record<string, string>>): void {
  console.log(`Usage: ${sample} --key value ...`);
  for (const [option, meaning] of Object.entries(options)) {
    const name = option.replace('?', '');
    console.log(`  --${name.padEnd(20)} ${meaning}${option === name ? '' : ' (optional)'}`);
  }
}

/** The guest of the machine of the command line, once it takes operations; undefined, with a line, if that cannot be. */
async function readyGuest(
  sample: Sample,
  options: SampleOptions,
  client: VsphereClient,
): Promise<GuestClient | undefined> {
  const name = options.text('vmname') ?? '';
  const vm = (await machinesByName(client)).get(name);
  console.log(`Virtual Machine ${name} ${vm === undefined ? 'not found.' : 'found'}`);
  if (vm === undefined) return undefined;
  const { 'runtime.powerState': powerState } = await client.properties(vm, ['runtime.powerState']);
  if (powerState !== 'poweredOn') {
    console.log(`VirtualMachine: ${name} needs to be powered on`);
    return undefined;
  }
  const machine = client.machine(vm, name);
  const isInteractive = sample.isInteractive?.(options) ?? false;
  await machine.waitForGuestOperations({ isInteractive });
  console.log('Guest Operations are ready for the VM');
  const userName = options.text('guestusername') ?? '';
  return machine.guest({ userName, password: options.text('guestpassword') ?? '', isInteractive });
}

/** All machines by their names; of two with one name the last counts. */
async function machinesByName(client: VsphereClient): Promise<ReadonlyMap<string, Ref<'VirtualMachine'>>> {
  const { rootFolder, viewManager = ref('ViewManager', 'ViewManager') } = client.content;
  const type = ['VirtualMachine'];
  const view = await client.call(viewManager, 'CreateContainerView', { container: rootFolder, type, recursive: true });
  const members = { $type: 'TraversalSpec', type: 'ContainerView', path: 'view', skip: false } as const;
  const spec = {
    propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }],
    objectSet: [{ obj: view, skip: true, selectSet: [members] }],
  };
  const found = new Map<string, Ref<'VirtualMachine'>>();
  for await (const { obj, propSet = [] } of client.retrieve(spec)) {
    found.set(String(propSet[0]?.val), ref('VirtualMachine', obj.value));
  }
  await client.call(view, 'DestroyView', {});
  return found;
}

function hostOf(address: string): string {
  return new URL(/^https?:/.test(address) ? address : `https://${address}`).host;
}

/** Copies the bytes behind a transfer URL to a file here. @throws Error. */
export async function download(guest: GuestClient, path: string, url: string, to: string): Promise<void> {
  try {
    const { chunks } = await guest.download(path, url);
    await pipeline(chunks, createWriteStream(to));
  } catch (error) {
    throw new Error('File Download is unsuccessful', { cause: error });
  }
}

/** With the server that was asked in place of `*`, and without the token, which is as good as a password for ten minutes. */
function shownUrl(url: string, host: string): string {
  return url.replace(/^(https?:\/\/)\*/, `$1${host}`).replace(/(?<=[?&]token=)[^&]+/, '***');
}
