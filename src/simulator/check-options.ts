import * as v from 'valibot';
import { Fault } from '../base/fault.js';
import { isObject, keys, keysOf, name, oneOf, placeOf, text, whole } from '../world/schema-parts.js';
import { World } from '../world/world.js';
import type { SimulatorOptions } from './simulator-options.js';

const port = v.pipe(whole(0), v.maxValue(65_535, 'must be at most 65535'));
const positive = whole(1);

const user = keys({
  name,
  password: text,
  privileges: v.exactOptional(v.array(name, 'expected a list of privileges')),
  permissions: v.exactOptional(
    v.array(keys({ object: name, privileges: v.array(name, 'expected a list of privileges') }), 'expected a list'),
  ),
});

const identity = keys({ cert: name, key: name });
const tls = v.lazy((input) => {
  if (isObject(input)) return identity;
  return v.union(
    [v.literal('self-signed'), v.literal(false)],
    "expected 'self-signed', false, or { cert, key } as PEM",
  );
});

/** An option that is left out may also be given as undefined. Rules are checked where they are put in force. */
const optionsSchema = keys({
  inventory: v.optional(
    v.lazy((input) =>
      typeof input === 'string' ? name : v.custom<object>(isObject, 'expected an inventory or a path'),
    ),
  ),
  world: v.optional(v.custom<World>((input) => input instanceof World, 'expected a World')),
  kind: v.optional(oneOf(['vcenter', 'esx'])),
  datacenter: v.optional(name),
  host: v.optional(name),
  port: v.optional(port),
  tls: v.optional(tls),
  users: v.optional(v.array(user, 'expected a list')),
  faults: v.optional(v.array(v.unknown(), 'expected a list')),
  clock: v.optional(v.custom<object>(isObject, 'expected a clock, like new FakeClock()')),
  sessionTimeoutMs: v.optional(positive),
  powerDurationMs: v.optional(whole(0)),
  transferHost: v.optional(name),
  transferTls: v.optional(identity),
  limits: v.optional(
    keys({
      bodyBytes: v.exactOptional(positive),
      headersMs: v.exactOptional(positive),
      bodyMs: v.exactOptional(positive),
      stalledMs: v.exactOptional(positive),
    }),
  ),
  onDefect: v.optional(v.function('expected a function')),
} satisfies Record<keyof SimulatorOptions, unknown>);

/**
 * Checks the options of a simulator, which plain JavaScript may get wrong.
 * @throws Fault `invalid-argument` naming every option that is wrong.
 */
export function checkOptions(options: unknown): void {
  const result = v.safeParse(optionsSchema, options);
  if (!result.success) {
    const problems = result.issues.map((issue) => `${placeOf(keysOf(issue))}: ${issue.message}`);
    throw new Fault('invalid-argument', `The options of startSimulator: ${problems.join('; ')}.`);
  }
  if (result.output.world === undefined || result.output.inventory === undefined) return;
  throw new Fault('invalid-argument', 'The options of startSimulator: give a world or an inventory, not both.');
}
