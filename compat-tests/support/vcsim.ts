import { execFile, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { pathOf } from './counterpart.js';

export interface VcsimOptions {
  /** Flags of the command, such as `-vm`, `3`. */
  readonly flags?: readonly string[];
  /** Address to serve on; by default a free port of the loopback. */
  readonly listen?: string;
  /** Puts the stand-in for docker first on its PATH, so that its virtual machines can have guests. */
  readonly hasGuests?: boolean;
}

/** VMware's simulator in a process of its own. */
export interface Vcsim {
  readonly url: string;
  /** SHA-256 of its certificate, as `AA:BB:...`. */
  readonly thumbprint: string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Ends it in order and removes what it left. */
  stop(): Promise<void>;
}

/** Starts vcsim and resolves when it serves. @throws Error with what it printed when it ends before that. */
export async function startVcsim(options: VcsimOptions = {}): Promise<Vcsim> {
  const state = mkdtempSync(join(tmpdir(), 'revix-vcsim-'));
  const standIn = fileURLToPath(new URL('../vcsim', import.meta.url));
  const path = options.hasGuests === true ? [standIn, process.env['PATH']].join(delimiter) : process.env['PATH'];
  const child = spawn(pathOf('vcsim'), ['-l', options.listen ?? '127.0.0.1:0', ...(options.flags ?? [])], {
    env: { ...process.env, PATH: path, TMPDIR: state, DOCKER_STANDIN_STATE: join(state, 'docker') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, served] = /^serving (\S+)$/.exec(line) ?? [];
      if (served !== undefined) resolve(served);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`vcsim ended with code ${code}: ${printed.join('')}`)));
  });
  try {
    const thumbprint = await thumbprintOf(new URL(url));
    return { url, thumbprint, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

/** Backs a machine by a container, so that it has a guest, and powers it on. Needs govc, and a vcsim with guests. */
export async function giveGuest(vcsim: Vcsim, vm: string): Promise<void> {
  const account = { GOVC_USERNAME: 'user', GOVC_PASSWORD: 'pass', GOVC_INSECURE: '1', GOVC_PERSIST_SESSION: 'false' };
  const env = { ...process.env, GOVC_URL: vcsim.url, ...account };
  const govc = (...args: readonly string[]) => promisify(execFile)(pathOf('govc'), [...args], { env });
  await govc('vm.power', '-off', vm);
  await govc('vm.change', '-vm', vm, '-e', 'RUN.container=guest', '-e', 'RUN.mountdmi=false');
  await govc('vm.power', '-on', vm);
}

function thumbprintOf({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    // Looks at the certificate only; what is done with the thumbprint afterwards verifies it.
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const certificate = new X509Certificate(socket.getPeerCertificate(true).raw);
      socket.end();
      const hex = createHash('sha256').update(certificate.raw).digest('hex').toUpperCase();
      resolve(hex.replaceAll(/(..)(?=.)/g, '$1:'));
    });
    socket.once('error', reject);
  });
}
