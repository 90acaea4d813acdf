import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { promisify } from 'node:util';

/** VMware's simulator in a process of its own. */
export interface Vcsim {
  readonly url: string;
  /** SHA-256 of its certificate, which nobody has signed. */
  readonly thumbprint: string;
  /** URL and account, as the peers take them. */
  readonly account: Readonly<Record<string, string>>;
  /** Where the file of a guest can be sent to and fetched from: vcsim goes by the id of the container behind it. */
  guestFileUrl(vm: string, path: string): string;
  /** Where a file of a guest lies on this machine. */
  guestFile(vm: string, path: string): string;
  /** Puts a program into /bin of each guest. */
  install(program: string): void;
  stop(): Promise<void>;
}

/** Starts vcsim and resolves when it serves. Its `docker`, if there is one, lies beside it. */
export async function startVcsim(program: string, flags: readonly string[]): Promise<Vcsim> {
  const state = mkdtempSync(join(tmpdir(), 'revix-bench-'));
  const standIn = join(process.cwd(), 'compat-tests', 'vcsim', 'docker');
  const child = spawn(program, ['-l', '127.0.0.1:0', ...flags], {
    env: {
      ...process.env,
      PATH: [dirname(program), process.env['PATH']].join(delimiter),
      REVIX_BENCH_STAND_IN: standIn,
      TMPDIR: state,
      DOCKER_STANDIN_STATE: join(state, 'docker'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('serving ')) resolve(line.slice('serving '.length));
    });
    child.once('exit', (code) => reject(new Error(`vcsim ended with code ${code}`)));
  });
  const containers = join(state, 'docker', 'containers');
  const containerOf = (vm: string): string => {
    const isOf = (id: string): boolean => readFileSync(join(containers, id, 'name'), 'utf8').includes(`${vm}-`);
    return readdirSync(containers).find(isOf) ?? '';
  };
  const thumbprint = await thumbprintOf(new URL(url));
  return {
    url,
    thumbprint,
    account: { REVIX_BENCH_URL: url, REVIX_BENCH_USER: 'user', REVIX_BENCH_PASSWORD: 'pass' },
    guestFileUrl: (vm, path) => new URL(`/guestFile${path}?id=${containerOf(vm)}&token=none`, url).href,
    guestFile: (vm, path) => join(containers, containerOf(vm), 'root', path),
    install(file) {
      for (const id of readdirSync(containers)) copyFileSync(file, join(containers, id, 'root', 'bin', basename(file)));
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}

function thumbprintOf({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.end();
    });
    socket.once('error', reject);
  });
}

/** Backs machines by containers, so that they have guests, and powers them on. */
export async function giveGuests(govc: string, { url }: Vcsim, vms: readonly string[]): Promise<void> {
  const account = { GOVC_URL: url, GOVC_USERNAME: 'user', GOVC_PASSWORD: 'pass', GOVC_INSECURE: '1' };
  const env = { ...process.env, ...account };
  const run = (...args: readonly string[]) => promisify(execFile)(govc, [...args], { env });
  for (const vm of vms) {
    await run('vm.change', '-vm', vm, '-e', 'RUN.container=guest', '-e', 'RUN.mountdmi=false');
    await run('vm.power', '-on', vm);
  }
}
