import { resolve } from 'node:path';
import type { EndpointUser, TlsIdentity } from '../../simulator/index.js';
import { flagOf } from '../revix/command.js';
import { isSecretSource, readSecretSource } from '../secret-source.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { readFaultFile } from './fault-file.js';
import { readPlanFile } from './plan-file.js';
import type { SimulateValues } from './simulate-options.js';
import { type SimulationPlan, usualHost, usualPort } from './simulation-plan.js';
import { readTlsFiles } from './tls-files.js';

/**
 * What the command line asks for.
 * @throws UsageError for options that do not go together; Error that names a file which cannot be used.
 */
export async function planOf(values: SimulateValues, terminal: Terminal): Promise<SimulationPlan> {
  const { config, json: _, inventories, ...single } = values;
  if (config !== undefined) {
    refuseBeside(config, inventories, single);
    return readPlanFile(config, terminal);
  }
  if (values.vcenter && values.esx) throw new UsageError('--vcenter and --esx are two endpoints; --config serves both');
  if (values.fakeClock && values.controlPort === undefined) {
    throw new UsageError('--fake-clock needs --control-port, by which time is moved on');
  }
  const at = (path: string): string => resolve(terminal.directory, path);
  const kind = values.esx ? 'esx' : 'vcenter';
  const endpoint = {
    name: kind,
    world: {
      inventories: inventories.map(at),
      directory: values.directory === undefined ? undefined : at(values.directory),
      powerDurationMs: undefined,
    },
    kind,
    datacenter: values.datacenter,
    host: values.host ?? usualHost,
    port: values.port ?? usualPort,
    tls: tlsOf(values, at),
    users: await usersOf(values.user, terminal),
    rules: values.faults === undefined ? [] : readFaultFile(at(values.faults)),
    sessionTimeoutMs: undefined,
    transferHost: undefined,
  } as const;
  return { endpoints: [endpoint], hasFakeClock: values.fakeClock, controlPort: values.controlPort };
}

function refuseBeside(config: string, inventories: readonly string[], single: Readonly<Record<string, unknown>>): void {
  const given = Object.entries(single).find(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false,
  );
  const what = given === undefined ? inventories[0] : flagOf(given[0]);
  if (what !== undefined) throw new UsageError(`'${what}' does not go with --config; write it into ${config}`);
}

function tlsOf(
  { cert, key, plain }: SimulateValues,
  at: (path: string) => string,
): TlsIdentity | 'self-signed' | false {
  if (plain && (cert ?? key) !== undefined) throw new UsageError('--plain is without TLS, so it takes no certificate');
  if (cert !== undefined && key !== undefined) return readTlsFiles(at(cert), at(key));
  if ((cert ?? key) !== undefined) throw new UsageError('--cert and --key go together');
  return plain ? false : 'self-signed';
}

/** One after the other: passwords that are typed come in turn. */
async function usersOf(given: readonly string[], terminal: Terminal): Promise<readonly EndpointUser[]> {
  const users: EndpointUser[] = [];
  for (const word of given) {
    const end = word.lastIndexOf('=');
    const [name, source] = [word.slice(0, Math.max(0, end)), word.slice(end + 1)];
    if (name === '' || !isSecretSource(source)) {
      // The word is not repeated: it may hold a password.
      throw new UsageError(
        '--user takes NAME=env:VARIABLE, NAME=file:PATH or NAME=- (a line of stdin), since anybody can see the command line',
      );
    }
    const prompt = `password of ${name}`;
    const password = await readSecretSource(source, { flag: `--user ${name}`, prompt, terminal });
    users.push({ name, password: password.reveal() });
  }
  return users;
}
