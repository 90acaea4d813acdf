import { promises as dns } from 'node:dns';
import { join } from 'node:path';
import { providerNames } from '../../api/vix-host.js';
import { createMockBackend } from '../../backends/mock/index.js';
import { createVsphereBackend } from '../../backends/vsphere/index.js';
import { RealClock } from '../../base/clock.js';
import type { Secret } from '../../base/secret.js';
import { revixHome } from '../home.js';
import { readSecretSource } from '../secret-source.js';
import { styleFor } from '../style.js';
import type { Terminal } from '../terminal.js';
import { revixVersion } from '../version.js';
import { type HostTypeWord, providerOf } from '../vmrun/host-types.js';
import { absoluteVmPath, resolvedVmPath } from '../vmrun/vm-path.js';
import { diagnose } from './diagnose.js';
import type { DoctorRequest, DoctorSurroundings } from './doctor-context.js';
import { TextReport } from './render-text.js';

/** What stands on the command line. */
export interface DoctorValues {
  readonly vm: string | undefined;
  readonly hostType: HostTypeWord | undefined;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly vmPassword: string | undefined;
  readonly guestUser: string | undefined;
  readonly guestPassword: string | undefined;
  readonly interactive: boolean;
  readonly roundTrip: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
}

/** What a test puts in place of the process. */
export type DoctorParts = Partial<Pick<DoctorSurroundings, 'backends' | 'clock' | 'lookup' | 'mockHome' | 'version'>>;

/** Exit statuses; those of a command line that makes no sense are the business of `revix`. */
const statuses = { well: 0, red: 1 } as const;

/** Exit statuses of a process that was told to end, as shells have them. */
const interruptStatuses: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Runs `revix doctor`. @returns the exit status. @throws UsageError for a password that is not where it is said to be. */
export async function runDoctor(values: DoctorValues, terminal: Terminal, parts: DoctorParts = {}): Promise<number> {
  const request = await requestOf(values, terminal);
  const { env, directory } = terminal;
  const { clock = new RealClock(), mockHome = join(revixHome(env), 'mock') } = parts;
  const mock = mockHome === null ? {} : { home: mockHome, isInPlace: true };
  const backends = parts.backends ?? [createVsphereBackend({ clock }), createMockBackend({ clock, ...mock })];
  const surroundings: DoctorSurroundings = {
    version: parts.version ?? revixVersion(),
    env,
    directory,
    clock,
    timeoutMs: values.timeout * 1000,
    backends,
    mockHome,
    lookup: parts.lookup ?? ((hostName) => dns.lookup(hostName, { all: true })),
  };
  const abort = new AbortController();
  let interrupted: NodeJS.Signals | undefined;
  const stopListening = terminal.onInterrupt((signal) => {
    interrupted ??= signal;
    abort.abort(new Error(`interrupted by ${signal}`));
  });
  try {
    const status = values.json
      ? await printJson(request, surroundings, abort.signal, terminal)
      : await printText(request, surroundings, abort.signal, terminal);
    return status === 'red' ? statuses.red : statuses.well;
  } catch (error) {
    if (interrupted === undefined) throw error;
    terminal.write('stderr', `revix: interrupted; the checks that are missing were not finished\n`);
    return interruptStatuses[interrupted] ?? statuses.red;
  } finally {
    stopListening();
    if (parts.backends === undefined) await Promise.all(backends.map(async (backend) => backend.close?.()));
  }
}

async function printJson(
  request: DoctorRequest,
  surroundings: DoctorSurroundings,
  signal: AbortSignal,
  terminal: Terminal,
) {
  const report = await diagnose(request, surroundings, signal);
  terminal.write('stdout', `${JSON.stringify(report, undefined, 2)}\n`);
  return report.status;
}

async function printText(
  request: DoctorRequest,
  surroundings: DoctorSurroundings,
  signal: AbortSignal,
  terminal: Terminal,
) {
  const isPerson = terminal.isPerson('stdout');
  const text = new TextReport({
    style: styleFor(terminal, 'stdout'),
    hasSigns: isPerson,
    columns: isPerson ? terminal.columns : Infinity,
    // Whoever asks about a host wants to read about the host.
    brief: new Set(request.provider === null ? [] : ['here']),
  });
  const report = await diagnose(request, surroundings, signal, (check) => terminal.write('stdout', text.check(check)));
  terminal.write('stdout', text.end(report, hintsFor(request)));
  return report.status;
}

/** What else could be looked at. */
function hintsFor({ provider, vm, guestUser, isRoundTrip }: DoctorRequest): readonly string[] {
  if (provider === null) return ['For a host: revix doctor -T vc -h HOST -u USER -p env:NAME'];
  if (vm === null) return ['For a machine, too: name it at the end.'];
  if (guestUser === null) return ['For its guest, too: -gu USER -gp env:NAME'];
  return isRoundTrip ? [] : ['To copy a file there and back, too: --round-trip'];
}

async function requestOf(values: DoctorValues, terminal: Terminal): Promise<DoctorRequest> {
  const secret = async (word: string | undefined, flag: string, prompt: string): Promise<Secret | null> =>
    word === undefined ? null : readSecretSource(word, { flag, prompt, terminal });
  const { vm, hostType, host, user, guestUser } = values;
  const isHostWanted = [vm, hostType, host, user].some((word) => word !== undefined);
  return {
    provider: isHostWanted ? (providerNames.get(providerOf(hostType, host)) ?? null) : null,
    hostName: host ?? null,
    userName: user ?? null,
    password: await secret(values.password, '-p', 'password on the host'),
    // As vmrun asks its host for it.
    vm: vm === undefined ? null : resolvedVmPath(absoluteVmPath(vm, terminal.directory)),
    vmPassword: await secret(values.vmPassword, '-vp', 'password of the machine'),
    guestUser: guestUser ?? null,
    guestPassword: await secret(values.guestPassword, '-gp', 'password in the guest'),
    isInteractive: values.interactive,
    isRoundTrip: values.roundTrip,
  };
}
