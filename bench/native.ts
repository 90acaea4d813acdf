import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Node's part of a bare ping: what comes goes back, over the socket that the helper would be given. */
const echo = `
const { Socket } = require('node:net');
const socket = new Socket({ fd: 3 });
socket.on('data', (bytes) => socket.write(bytes));
`;

/** How long the host takes for each guest variable. */
const latencyMs = 5;

/** A machine for each thread: what is done in one guest is done in turn. */
const inventory = {
  vms: [{ name: 'slow {n}', location: '[ds] slow/slow{n}.vmx', power: 'on', count: 32 }],
  faults: [{ operation: 'variables.readGuestVariable', effect: { delayMs: latencyMs } }],
};

/** The native library from a C program: round trips, starts, and many threads. */
export function measureNative(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'revix-bench-'));
  try {
    const measured = run(folder);
    const value = (name: string): number => measured.get(name) ?? Number.NaN;
    const ratio = (first: string, second: string): number => value(first) / value(second);
    return Promise.resolve([
      figure('synchronous call / bare ping of a Node process', ratio('synchronous-call', 'ping'), 2),
      figure('property read / bare ping of a Node process', ratio('property-read', 'ping'), null),
      figure('job cycle (start, wait, release) / bare ping', ratio('job-cycle', 'ping'), null),
      figure('first connect, its helper started / node -e 0', ratio('first-connect', 'empty-node'), 2.5),
      // The goal is at least 4, so it is measured the other way round.
      figure(
        'jobs of 1 thread / of 32 threads, in the same time',
        ratio('jobs-of-1-thread', 'jobs-of-32-threads'),
        0.25,
      ),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figure(what: string, value: number, goal: number | null): Figure {
  return { what, value, unit: 'x', goal };
}

/** Installs the library, builds the C program against it, and runs it over a mock host. @returns what it measured. */
function run(folder: string): ReadonlyMap<string, number> {
  const prefix = join(folder, 'prefix');
  const program = join(folder, 'native');
  const script = join(folder, 'echo.cjs');
  const config = join(folder, 'revix.config.json');
  execFileSync(process.execPath, [join(root, 'dist', 'bin', 'revix.js'), 'native', 'install', '--prefix', prefix]);
  execFileSync(process.env['CC'] ?? 'cc', [
    ...['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-I', join(prefix, 'include', 'vmware-vix')],
    ...[join(root, 'bench', 'native', 'native.c'), '-o', program],
    ...['-L', join(prefix, 'lib'), '-lvixAllProducts', '-lpthread', `-Wl,-rpath,${join(prefix, 'lib')}`],
  ]);
  writeFileSync(script, echo);
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify(inventory));
  writeFileSync(
    config,
    JSON.stringify({ providers: { workstation: { backend: 'mock', options: { inventory: 'inventory.json' } } } }),
  );
  const { REVIX_HELPER: _, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(program, [process.execPath, script], {
    env: { ...environment, REVIX_CONFIG: config },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the C program of the bench ended with ${status}: ${stderr}`);
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', value]) => [name, Number(value)]),
  );
}
