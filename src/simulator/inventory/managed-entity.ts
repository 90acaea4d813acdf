import type { Endpoint } from '../endpoint.js';
import { grantsOn, roleOn } from '../grants.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
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
    effectiveRole: (target: Target, session: Session) => [roleOn(target.endpoint, shape.ref(target), session)],
    name: (target: Target) => wireName(shape.name(target)),
    overallStatus: () => 'green',
    parent: (target: Target) => shape.parent(target),
    permission: (target: Target) => permissionsOn(target.endpoint, shape.ref(target)),
    recentTask: (target: Target) => recentTasks(target.endpoint, shape.ref(target)),
    tag: () => [],
    triggeredAlarmState: () => [],
    value: () => [],
  };
}

/** What is granted on the object itself. */
function permissionsOn(endpoint: Endpoint, entity: Ref): readonly object[] {
  return grantsOn(endpoint, entity, false).map(({ userName, roleId }) => ({
    entity,
    principal: userName,
    group: false,
    roleId,
    propagate: true,
  }));
}

function recentTasks(endpoint: Endpoint, ref: Ref): readonly Ref[] {
  return endpoint.tasks.ofEntity(ref).map((task) => task.ref);
}
