import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import type { EndpointUser } from '../../simulator/index.js';
import { flag, isObject, keys, name, oneOf, text, whole } from '../../world/schema-parts.js';
import { readSecretSource } from '../secret-source.js';
import type { Terminal } from '../terminal.js';
import { readCheckedFile } from './checked-file.js';
import { readTlsFiles } from './tls-files.js';
import { type EndpointPlan, type SimulationPlan, usualHost, type WorldPlan } from './simulation-plan.js';

const port = v.pipe(whole(0), v.maxValue(65_535, 'must be at most 65535'));
const inventory = v.pipe(
  v.union([name, v.array(name)], 'expected a path, or a list of paths'),
  v.transform((given) => (typeof given === 'string' ? [given] : given)),
);
const worldEntries = {
  inventory: v.exactOptional(inventory),
  directory: v.exactOptional(name),
  powerDurationMs: v.exactOptional(whole(0)),
};

const password = v.lazy((input) =>
  isObject(input) && 'file' in input ? keys({ file: name }) : keys({ env: name }),
) satisfies v.GenericSchema<unknown, { readonly env: string } | { readonly file: string }>;
const user = keys({
  name,
  password,
  privileges: v.exactOptional(v.array(name, 'expected a list of privileges')),
});

const tls = v.lazy((input) =>
  isObject(input)
    ? keys({ cert: name, key: name })
    : v.union([v.literal('self-signed'), v.literal(false)], "expected 'self-signed', false, or { cert, key }"),
);

const endpoint = keys({
  ...worldEntries,
  name: v.pipe(text, v.regex(/^[\w.-]+$/u, 'may have letters, digits, dots, dashes and underscores only')),
  kind: v.exactOptional(oneOf(['vcenter', 'esx'])),
  datacenter: v.exactOptional(name),
  host: v.exactOptional(name),
  port: v.exactOptional(port),
  tls: v.exactOptional(tls),
  users: v.exactOptional(v.array(user, 'expected a list')),
  faults: v.exactOptional(v.array(v.unknown(), 'expected a list of fault rules')),
  sessionTimeoutMs: v.exactOptional(whole(1)),
  transferHost: v.exactOptional(name),
});

const planSchema = keys({
  ...worldEntries,
  fakeClock: v.exactOptional(flag),
  controlPort: v.exactOptional(port),
  endpoints: v.pipe(
    v.array(endpoint, 'expected a list'),
    v.minLength(1, 'must name at least one endpoint'),
    v.check(
      (endpoints) => new Set(endpoints.map((each) => each.name)).size === endpoints.length,
      'two endpoints have one name',
    ),
  ),
});

type WrittenEndpoint = v.InferOutput<typeof endpoint>;

/**
 * Reads what to serve from a YAML or JSON file. Paths in it start from its folder.
 * @throws Error that names file, line and place of everything that is wrong; UsageError for a password that cannot be
 *   fetched.
 */
export async function readPlanFile(path: string, terminal: Terminal): Promise<SimulationPlan> {
  const file = resolve(terminal.directory, path);
  const { content, placeOf } = readCheckedFile(file, 'configuration', planSchema);
  const at = (relative: string): string => resolve(dirname(file), relative);
  const shared = worldPlan(content, at);
  const plan = async (written: WrittenEndpoint, index: number): Promise<EndpointPlan> => ({
    name: written.name,
    world: hasOwnWorld(written) ? worldPlan(written, at) : shared,
    kind: written.kind ?? 'vcenter',
    datacenter: written.datacenter,
    host: written.host ?? usualHost,
    port: written.port ?? 0,
    tls: isObject(written.tls)
      ? readTlsFiles(at(written.tls.cert), at(written.tls.key))
      : (written.tls ?? 'self-signed'),
    users: await Promise.all((written.users ?? []).map((each) => userOf(each, at, terminal))),
    rules: (written.faults ?? []).map((rule, rank) => ({
      place: placeOf(['endpoints', index, 'faults', rank]),
      rule,
    })),
    sessionTimeoutMs: written.sessionTimeoutMs,
    transferHost: written.transferHost,
  });
  return {
    endpoints: await Promise.all(content.endpoints.map(plan)),
    hasFakeClock: content.fakeClock ?? false,
    controlPort: content.controlPort,
  };
}

function hasOwnWorld({ inventory: files, directory, powerDurationMs }: WrittenEndpoint): boolean {
  return files !== undefined || directory !== undefined || powerDurationMs !== undefined;
}

function worldPlan(
  written: Pick<WrittenEndpoint, 'inventory' | 'directory' | 'powerDurationMs'>,
  at: (path: string) => string,
): WorldPlan {
  return {
    inventories: (written.inventory ?? []).map(at),
    directory: written.directory === undefined ? undefined : at(written.directory),
    powerDurationMs: written.powerDurationMs,
  };
}

async function userOf(
  { name: userName, password: source, ...privileges }: v.InferOutput<typeof user>,
  at: (path: string) => string,
  terminal: Terminal,
): Promise<EndpointUser> {
  const word = 'env' in source ? `env:${source.env}` : `file:${at(source.file)}`;
  const flagName = `the user '${userName}'`;
  const secret = await readSecretSource(word, { flag: flagName, prompt: `password of ${userName}`, terminal });
  return { name: userName, password: secret.reveal(), ...privileges };
}
