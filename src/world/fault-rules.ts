import * as v from 'valibot';
import type { Clock } from '../base/clock.js';
import { sleep } from '../base/clock.js';
import { Fault, type FaultKind } from '../base/fault.js';
import { faultSchema } from './fault-schema.js';
import type { OperationName, OperationPattern } from './operation-names.js';
import { RuleTurns, type TurnLimits } from './rule-turns.js';
import { isObject, keysOf, placeOf } from './schema-parts.js';

/** What happens to an operation that a rule strikes. */
export type FaultEffect =
  /** Starts later. */
  | { readonly delayMs: number }
  | { readonly error: FaultKind; readonly message?: string }
  /** No answer until the caller gives up. */
  | { readonly never: true }
  /** The connection that the call came over is lost for good. */
  | { readonly dropConnection: true };

/** A fault as data: which operations it strikes, how often, and with what. */
export interface FaultRule extends TurnLimits {
  readonly operation: OperationPattern;
  /** Name or location of a virtual machine, or `*`; absent means `*`. A rule for one machine spares host operations. */
  readonly vm?: string;
  readonly effect: FaultEffect;
}

/** A rule in force. */
export interface ActiveFaultRule {
  readonly id: string;
  readonly rule: FaultRule;
  /** How many operations it has struck. */
  readonly hits: number;
}

interface RuleState {
  readonly id: string;
  readonly rule: FaultRule;
  readonly turns: RuleTurns;
}

/** Which operation on which machine is about to start. */
export interface FaultTarget {
  readonly operation: OperationName;
  /** Absent for operations of the host. */
  readonly vm?: { readonly name: string; readonly location: string };
}

/** The faults of a world. They may change while it runs; a change counts for operations that start afterwards. */
export class FaultRules {
  readonly #rules = new Map<string, RuleState>();
  #added = 0;

  constructor(rules: Iterable<FaultRule> = []) {
    for (const rule of rules) this.add(rule);
  }

  /**
   * Puts a rule in force.
   * @returns its id, for `remove`.
   * @throws Fault `invalid-argument` naming the place of everything that is wrong with the rule.
   */
  add(rule: FaultRule): string {
    const kept = checked(rule);
    const id = `fault-${(this.#added += 1)}`;
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

  list(): readonly ActiveFaultRule[] {
    return [...this.#rules.values()].map(({ id, rule, turns }) => ({ id, rule, hits: turns.hits }));
  }

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  /**
   * Lets the rules strike an operation that is about to start, in the order in which they were added.
   * @throws Fault of the rule's kind; `connection-lost` for a dropped connection; the signal's reason when aborted.
   */
  async strike(target: FaultTarget, clock: Clock, signal: AbortSignal): Promise<void> {
    for (const state of [...this.#rules.values()]) {
      if (!matches(state.rule, target) || !state.turns.take()) continue;
      await apply(state.rule.effect, target, clock, signal);
    }
  }
}

function checked(rule: unknown): FaultRule {
  const result = v.safeParse(faultSchema, rule);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${placeOf(keysOf(issue))}: ${issue.message}`);
  const name = isObject(rule) && 'operation' in rule ? ` for '${String(rule.operation)}'` : '';
  throw new Fault('invalid-argument', `The fault rule${name} cannot be used: ${problems.join('; ')}.`);
}

function matches(rule: FaultRule, target: FaultTarget): boolean {
  const isOperation =
    rule.operation === '*' ||
    rule.operation === target.operation ||
    (rule.operation.endsWith('.*') && target.operation.startsWith(rule.operation.slice(0, -1)));
  if (!isOperation) return false;
  if (rule.vm === undefined || rule.vm === '*') return true;
  return target.vm !== undefined && (target.vm.name === rule.vm || target.vm.location === rule.vm);
}

async function apply(effect: FaultEffect, target: FaultTarget, clock: Clock, signal: AbortSignal): Promise<void> {
  const place = target.vm === undefined ? target.operation : `${target.operation} on '${target.vm.name}'`;
  if ('delayMs' in effect) {
    await sleep(clock, effect.delayMs, signal);
  } else if ('error' in effect) {
    throw new Fault(
      effect.error,
      effect.message ?? `${place}: a fault rule says that this fails with ${effect.error}.`,
    );
  } else if ('never' in effect) {
    await untilAborted(signal);
  } else {
    throw new Fault('connection-lost', `${place}: a fault rule dropped the connection. Connect again to go on.`);
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
