import type { Endpoint } from '../endpoint.js';
import { refKey, type Ref } from '../ref.js';

/** How far a filter by entity reaches: the entity, what lies below it, or both. */
export type Recursion = 'self' | 'children' | 'all';

/**
 * Whether something that concerns the given objects lies in the reach of an entity. Below a datacentre, a host or a pool
 * lie its machines; below the root everything.
 */
export function isInScope(endpoint: Endpoint, concerned: readonly Ref[], entity: Ref, recursion: Recursion): boolean {
  const key = refKey(entity);
  const isSelf = concerned.some((ref) => refKey(ref) === key);
  if (recursion === 'self') return isSelf;
  return (recursion === 'all' && isSelf) || isBelow(endpoint, concerned, entity);
}

function isBelow({ inventory }: Endpoint, concerned: readonly Ref[], entity: Ref): boolean {
  if (entity.value === inventory.rootFolder.value) return concerned.length > 0;
  const above = inventory.datacenterOf(entity);
  if (above === undefined || entity.type === 'VirtualMachine') return false;
  const datacenter = refKey(above.refs.datacenter);
  return concerned.some((ref) => {
    if (refKey(ref) === refKey(entity)) return false;
    const own = inventory.datacenterOf(ref);
    return own === above || refKey(ref) === datacenter;
  });
}
