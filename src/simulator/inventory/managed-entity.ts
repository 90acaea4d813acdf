import type { Endpoint } from '../endpoint.js';
import type { Ref } from '../ref.js';
import { wireName } from './wire-name.js';

/** What tells one managed entity from another. */
export interface EntityShape<Target> {
  ref(target: Target): Ref;
  name(target: Target): string;
  /** undefined: the root. */
  parent(target: Target): Ref | undefined;
}

/** The properties that every managed entity has. */
export function entityProperties<Target extends { readonly endpoint: Endpoint }>(shape: EntityShape<Target>) {
  return {
    alarmActionsEnabled: () => true,
    availableField: () => [],
    configIssue: () => [],
    configStatus: () => 'green',
    customValue: () => [],
    declaredAlarmState: () => [],
    disabledMethod: () => [],
    /** -1: administrator. */
    effectiveRole: () => [-1],
    name: (target: Target) => wireName(shape.name(target)),
    overallStatus: () => 'green',
    parent: (target: Target) => shape.parent(target),
    permission: () => [],
    recentTask: (target: Target) => recentTasks(target.endpoint, shape.ref(target)),
    tag: () => [],
    triggeredAlarmState: () => [],
    value: () => [],
  };
}

function recentTasks(endpoint: Endpoint, ref: Ref): readonly Ref[] {
  return endpoint.tasks.ofEntity(ref).map((task) => task.ref);
}
