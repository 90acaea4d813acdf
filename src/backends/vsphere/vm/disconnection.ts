import { Fault } from '../../../base/fault.js';
import type { Properties } from '../properties.js';

/**
 * The fault for a machine whose ESXi host has lost its vCenter: everything else that is told of it is old then.
 *
 * @param subject starts the message: what was done to which machine.
 * @returns undefined for a machine that is in reach, as far as its properties tell.
 */
export function disconnection(properties: Properties, subject: string, cause?: unknown): Fault | undefined {
  const state = properties.get('runtime.connectionState') ?? 'connected';
  if (state === 'connected') return undefined;
  const message = `${subject}: its connection state is "${state}". Bring its ESXi host back to the vCenter, or register it anew.`;
  return new Fault('vm-host-disconnected', message, { retryable: 'when-state-changes', cause });
}
