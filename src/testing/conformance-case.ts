import type { Capability } from '../backends/capabilities.js';
import { Bench } from './bench.js';
import type { CallRecord } from './call-record.js';
import { type ConformanceTarget, type TargetAbility, type VmRole, vmRoles } from './target.js';

/** What a case needs of a target. */
export interface CaseNeeds {
  readonly needs?: readonly Capability[];
  readonly roles?: readonly VmRole[];
  readonly abilities?: readonly TargetAbility[];
  /** The case leaves the target as it found it, so that others may use the same one. */
  readonly changesNothing?: boolean;
}

/** One proof: what a program may rely on, over any backend with the capabilities. */
export interface ConformanceCase {
  /** Unique: group and title. */
  readonly name: string;
  readonly group: string;
  readonly title: string;
  readonly needs: readonly Capability[];
  readonly roles: readonly VmRole[];
  readonly abilities: readonly TargetAbility[];
  readonly changesNothing: boolean;
  /**
   * Runs the case. Rejects with an `AssertionError` when the target does not conform.
   *
   * @param record notes which functions were called and which errors they gave.
   */
  run(target: ConformanceTarget, record?: CallRecord): Promise<void>;
}

/** A case as its family lists it. */
export interface CaseDefinition extends CaseNeeds {
  readonly title: string;
  readonly run: (bench: Bench) => Promise<void>;
}

/** Makes the cases of one group; what `common` needs, each of them needs. */
export function caseGroup(
  group: string,
  common: CaseNeeds,
  definitions: readonly CaseDefinition[],
): readonly ConformanceCase[] {
  return definitions.map((definition) => ({
    name: `${group}: ${definition.title}`,
    group,
    title: definition.title,
    needs: union(common.needs, definition.needs),
    roles: union(common.roles, definition.roles),
    abilities: union(common.abilities, definition.abilities),
    changesNothing: definition.changesNothing ?? common.changesNothing ?? false,
    run: (target, record) => Bench.with(target, definition.run, record),
  }));
}

function union<T>(left: readonly T[] = [], right: readonly T[] = []): readonly T[] {
  return [...new Set([...left, ...right])];
}

/** Why a target cannot run a case, for people; undefined when it can. */
export function skipReason(testCase: ConformanceCase, target: ConformanceTarget): string | undefined {
  const capability = testCase.needs.find((name) => !target.capabilities.has(name));
  if (capability !== undefined) return `the target does not have the capability ${capability}`;
  const role = testCase.roles.find((name) => target.vms[name] === undefined);
  if (role !== undefined) return `the target has no virtual machine for the role ${role} (${vmRoles[role]})`;
  const ability = testCase.abilities.find((name) => target[name] === undefined);
  return ability === undefined ? undefined : `the target does not offer ${ability}`;
}
