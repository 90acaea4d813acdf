import * as v from 'valibot';
import { Fault } from '../../base/fault.js';
import { faultSchema } from '../../world/fault-schema.js';
import { ProgramRegistry } from '../../world/guest/program-registry.js';
import { isObject, keys, keysOf, name, number, oneOf, placeOf } from '../../world/schema-parts.js';
import { World } from '../../world/world.js';
import type { MockOptions } from './worlds.js';

const positive = v.pipe(number, v.minValue(1, 'must be at least 1'));

/** An option that is left out may also be given as undefined. */
const optionsSchema = keys({
  world: v.optional(v.custom<World>((input) => input instanceof World, 'expected a World')),
  inventory: v.optional(
    v.lazy((input) =>
      typeof input === 'string' ? name : v.custom<object>(isObject, 'expected an inventory or a path'),
    ),
  ),
  directory: v.optional(name),
  home: v.optional(name),
  isInPlace: v.optional(v.boolean('expected true or false')),
  clock: v.optional(v.custom<object>(isClock, 'expected a clock, like new FakeClock()')),
  powerDurationMs: v.optional(v.pipe(number, v.finite('must be finite'), v.minValue(0, 'must be at least 0'))),
  programs: v.optional(
    keys({
      posix: v.instance(ProgramRegistry, 'expected programs as standardPrograms() makes them'),
      windows: v.instance(ProgramRegistry, 'expected programs as standardPrograms() makes them'),
    }),
  ),
  programLimits: v.optional(
    keys({
      wallMs: v.exactOptional(positive),
      outputBytes: v.exactOptional(positive),
      descendants: v.exactOptional(positive),
    }),
  ),
  faults: v.optional(v.array(faultSchema, 'expected a list')),
  questions: v.optional(oneOf(['fail', 'wait'])),
} satisfies Record<keyof MockOptions, unknown>);

/**
 * Checks the options of a mock backend, which plain JavaScript may get wrong.
 * @throws Fault `invalid-argument` naming every option that is wrong.
 */
export function checkOptions(options: unknown): void {
  const result = v.safeParse(optionsSchema, options);
  if (result.success) return;
  const problems = result.issues.map((issue) => `${placeOf(keysOf(issue))}: ${issue.message}`);
  throw new Fault('invalid-argument', `The options of createMockBackend: ${problems.join('; ')}.`);
}

function isClock(input: unknown): boolean {
  return (
    isObject(input) &&
    'now' in input &&
    typeof input.now === 'function' &&
    'after' in input &&
    typeof input.after === 'function'
  );
}
