import type { Ref } from '../backends/vsphere/soap/values.js';

export type { Ref } from '../backends/vsphere/soap/values.js';

/** A reference as a key of maps. */
export function refKey(ref: Ref): string {
  return `${ref.type}:${ref.value}`;
}
