import type { Schema } from '../../backends/vsphere/soap/schema.js';
import { typed } from '../../backends/vsphere/soap/values.js';
import type { MissingProperty, ObjectContent } from '../../backends/vsphere/vim/generated/types.js';
import type { ManagedObject } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { localized, VimFault } from '../vim-fault.js';
import type { WantedPath } from './filter-spec.js';
import { parsePath, type PathStep } from './property-path.js';
import { propertyAt } from './selection.js';

/** Properties of an object as one look at it found them. */
export interface ObjectValues {
  /** By path; what is unset is left out. */
  readonly values: ReadonlyMap<string, unknown>;
  /** What cannot be told, and why. */
  readonly missing: readonly MissingProperty[];
}

/** What reading a property needs where the tables of the wire name nothing. */
const readPrivilege = 'System.Read';

/**
 * Reads properties of an object on behalf of a session.
 * @throws VimFault `NotAuthenticated` without a login, unless all of them are for everybody.
 */
export function readObject(
  object: ManagedObject,
  wanted: readonly WantedPath[],
  session: Session,
  schema: Schema,
): ObjectValues {
  const values = new Map<string, unknown>();
  const missing: MissingProperty[] = [];
  for (const { path, steps } of wanted) {
    const refusal = refusalOf(session, privilegeFor(object.ref.type, steps, schema), object.ref);
    if (refusal !== undefined) {
      missing.push({ path, fault: localized(refusal) });
      continue;
    }
    const value = propertyAt(object, steps, session);
    if (value !== undefined) values.set(path, value);
  }
  return { values, missing };
}

function privilegeFor(type: string, [first]: readonly PathStep[], schema: Schema): string {
  const property =
    first !== undefined && 'field' in first ? schema.managedType(type)?.properties.get(first.field) : undefined;
  return property?.privilege ?? readPrivilege;
}

function refusalOf(session: Session, privilege: string, object: Ref): VimFault | undefined {
  try {
    session.requirePrivilege(privilege, object);
    return undefined;
  } catch (error) {
    if (error instanceof VimFault && error.fault.$type === 'NoPermission') return error;
    throw error;
  }
}

/** The values as ObjectContent. */
export function objectContent(ref: Ref, { values, missing }: ObjectValues, schema: Schema): ObjectContent {
  return {
    obj: ref,
    propSet: [...values].map(([name, val]) => ({ name, val: asProperty(ref.type, name, val, schema) })),
    ...(missing.length === 0 ? {} : { missingSet: missing }),
  };
}

/**
 * One property of an object, ready for the wire; undefined when it is unset.
 * @throws VimFault `InvalidProperty`, `NotAuthenticated`, `NoPermission`.
 */
export function fetchProperty(object: ManagedObject, path: string, session: Session, schema: Schema): unknown {
  const steps = parsePath(path);
  if (steps === null || schema.propertyType(object.ref.type, path) === undefined) {
    throw new VimFault({ $type: 'InvalidProperty', name: path }, `${object.ref.type} has no property '${path}'.`);
  }
  const privilege = privilegeFor(object.ref.type, steps, schema);
  session.requirePrivilege(privilege, object.ref);
  const value = propertyAt(object, steps, session);
  return value === undefined ? undefined : asProperty(object.ref.type, path, value, schema);
}

/** A property's value together with the type that it is declared as, which the wire has to say. */
export function asProperty(managedType: string, path: string, value: unknown, schema: Schema): unknown {
  const declared = schema.propertyType(managedType, path);
  return declared === undefined ? value : typed(`${declared.type}${declared.array ? '[]' : ''}`, value);
}
