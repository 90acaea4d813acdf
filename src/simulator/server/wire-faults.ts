import * as v from 'valibot';
import { Fault } from '../../base/fault.js';
import { RuleTurns, type TurnLimits } from '../../world/rule-turns.js';
import { isObject, keys, keysOf, name, number, placeOf, text, whole } from '../../world/schema-parts.js';
import type { FaultValue } from '../vim-fault.js';

/** What happens to a request, or a connection, that a rule strikes. */
export type WireEffect =
  /** Goes on after so long on the endpoint's clock. */
  | { readonly delayMs: number }
  /** The connection is reset without an answer. */
  | { readonly reset: true }
  /** The answer breaks off after so many bytes of its body. */
  | { readonly cutAfterBytes: number }
  /** This HTTP status instead of an answer. */
  | { readonly status: number }
  /** The session of the request ends before the request is looked at. */
  | { readonly expireSession: true }
  /** No answer until the client gives up. */
  | { readonly never: true }
  /** This fault, as the wire has it: `{ $type: 'TaskInProgress', task: ... }`. Methods only. */
  | { readonly fault: FaultValue; readonly message?: string }
  /** The connection meets a certificate that is not the endpoint's. Connections only. */
  | { readonly wrongCertificate: true };

/** A fault as data: what it strikes on the wire, how often, and with what. */
export interface WireFaultRule extends TurnLimits {
  /**
   * A method, `PowerOnVM_Task`; a pattern of methods, `*InGuest`, or `*` for all; a path with all below it, `/guestFile`,
   * or `PUT /folder` for one verb; or `connect` for new connections.
   */
  readonly on: string;
  /** Only calls that concern this object: an id on the wire, `vm-12`, or the name of a virtual machine. */
  readonly object?: string;
  readonly effect: WireEffect;
}

/** A rule in force. */
export interface ActiveWireFaultRule {
  readonly id: string;
  readonly rule: WireFaultRule;
  /** How many requests or connections it has struck. */
  readonly hits: number;
}

/** What a rule may strike. */
export type WireTarget =
  | { readonly kind: 'connect' }
  | { readonly kind: 'http'; readonly verb: string; readonly path: string }
  /** `objects`: ids and names of what the call concerns. */
  | { readonly kind: 'method'; readonly method: string; readonly objects: () => Promise<ReadonlySet<string>> };

interface RuleState {
  readonly id: string;
  readonly rule: WireFaultRule;
  readonly turns: RuleTurns;
}

/** The fault rules of an endpoint's wire. They may change while it runs. */
export class WireFaults {
  readonly #rules = new Map<string, RuleState>();
  #added = 0;

  /** @throws Fault `invalid-argument` for a rule that is not in order. */
  constructor(rules: Iterable<WireFaultRule> = []) {
    for (const rule of rules) this.add(rule);
  }

  /**
   * Puts a rule in force.
   * @returns its id, for `remove`.
   * @throws Fault `invalid-argument` naming the place of everything that is wrong with the rule.
   */
  add(rule: WireFaultRule): string {
    const kept = checked(rule);
    const id = `wire-fault-${(this.#added += 1)}`;
    this.#rules.set(id, { id, rule: kept, turns: new RuleTurns(kept) });
    return id;
  }

  /** @returns whether there was such a rule. */
  remove(id: string): boolean {
    return this.#rules.delete(id);
  }

  clear(): void {
    this.#rules.clear();
  }

  list(): readonly ActiveWireFaultRule[] {
    return [...this.#rules.values()].map(({ id, rule, turns }) => ({ id, rule, hits: turns.hits }));
  }

  /** What befalls a new connection; decided at once, since a connection does not wait. */
  strikeConnection(): readonly WireEffect[] {
    return this.#fitting({ kind: 'connect' }).flatMap(({ turns, rule }) => (turns.take() ? [rule.effect] : []));
  }

  /** What befalls a request, in the order in which the rules were added. */
  async strike(target: WireTarget): Promise<readonly WireEffect[]> {
    const effects: WireEffect[] = [];
    for (const { rule, turns } of this.#fitting(target)) {
      const isMeant =
        rule.object === undefined || (target.kind === 'method' && (await target.objects()).has(rule.object));
      if (isMeant && turns.take()) effects.push(rule.effect);
    }
    return effects;
  }

  #fitting(target: WireTarget): readonly RuleState[] {
    return [...this.#rules.values()].filter(({ rule }) => fits(rule.on, target));
  }
}

function fits(on: string, target: WireTarget): boolean {
  if (target.kind === 'connect') return on === 'connect';
  if (on === 'connect' || on.includes('/') !== (target.kind === 'http')) return false;
  if (target.kind === 'method') return matchesPattern(on, target.method);
  const [verb, path] = on.startsWith('/') ? [target.verb, on] : on.split(' ');
  return verb === target.verb && path !== undefined && (target.path === path || target.path.startsWith(`${path}/`));
}

function matchesPattern(pattern: string, method: string): boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) return pattern === method;
  return method.length >= start.length + end.length && method.startsWith(start) && method.endsWith(end);
}

const yes = v.literal(true, 'expected true');
const effects = {
  delayMs: keys({ delayMs: whole(0) }),
  reset: keys({ reset: yes }),
  cutAfterBytes: keys({ cutAfterBytes: whole(0) }),
  status: keys({ status: v.pipe(whole(400), v.maxValue(599, 'must be from 400 to 599')) }),
  expireSession: keys({ expireSession: yes }),
  never: keys({ never: yes }),
  fault: keys({
    fault: v.pipe(v.looseObject({ $type: name }, 'expected a fault, like { $type: "TaskInProgress" }')),
    message: v.exactOptional(text),
  }),
  wrongCertificate: keys({ wrongCertificate: yes }),
};
const noEffect = v.custom<never>(() => false, `expected an object with one of ${Object.keys(effects).join(', ')}`);

const effectSchema = v.lazy((input): v.GenericSchema<WireEffect> => {
  if (!isObject(input)) return noEffect;
  const [, found = noEffect] = Object.entries(effects).find(([key]) => Object.hasOwn(input, key)) ?? [];
  return found;
});

const patternForm = /^(?:connect|[A-Za-z_*]+|(?:[A-Z]+ )?\/\S*)$/u;

const ruleSchema = v.pipe(
  keys({
    on: v.pipe(
      text,
      v.regex(
        patternForm,
        "expected a method like 'PowerOnVM_Task', '*InGuest', a path like 'PUT /folder', or 'connect'",
      ),
    ),
    object: v.exactOptional(name),
    count: v.exactOptional(whole(1)),
    probability: v.exactOptional(
      v.pipe(number, v.minValue(0, 'must be from 0 to 1'), v.maxValue(1, 'must be from 0 to 1')),
    ),
    seed: v.exactOptional(whole(0)),
    effect: effectSchema,
  }),
  v.check(
    ({ on, effect }) => on === 'connect' || !('wrongCertificate' in effect),
    "wrongCertificate needs on: 'connect'",
  ),
  v.check(
    ({ on, effect }) => on !== 'connect' || 'wrongCertificate' in effect || 'reset' in effect,
    'a connection can be reset or meet a wrong certificate',
  ),
  v.check(({ on, effect }) => !('fault' in effect) || !on.includes('/'), 'a fault needs a method'),
  v.check(
    ({ on, object }) => object === undefined || (on !== 'connect' && !on.includes('/')),
    'an object needs a method',
  ),
);

function checked(rule: unknown): WireFaultRule {
  const result = v.safeParse(ruleSchema, rule);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${placeOf(keysOf(issue))}: ${issue.message}`);
  const on = isObject(rule) && 'on' in rule ? ` for '${String(rule.on)}'` : '';
  throw new Fault('invalid-argument', `The wire fault rule${on} cannot be used: ${problems.join('; ')}.`);
}
