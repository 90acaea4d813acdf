import { describe, expect, it } from 'vitest';
import { unavailability } from '../../../../src/backends/vsphere/guest/guest-readiness.js';
import type { Properties } from '../../../../src/backends/vsphere/properties.js';

const ready = {
  'runtime.powerState': 'poweredOn',
  'guest.toolsVersionStatus2': 'guestToolsCurrent',
  'guest.toolsRunningStatus': 'guestToolsRunning',
  'guest.guestOperationsReady': true,
  'guest.interactiveGuestOperationsReady': false,
};

function cause(changes: Readonly<Record<string, unknown>>, isInteractive = false) {
  const properties = new Map(Object.entries({ ...ready, ...changes })) as Properties;
  return unavailability(properties, 'vm', isInteractive);
}

describe('why a guest takes no operations', () => {
  it.each([
    [{ 'runtime.connectionState': 'disconnected' }, 'vm-host-disconnected', 'when-state-changes', /"disconnected"/],
    [{ 'runtime.powerState': 'suspended' }, 'vm-not-running', 'no', /not powered on/],
    [{ 'guest.toolsVersionStatus2': 'guestToolsNotInstalled' }, 'tools-not-running', 'no', /not installed/],
    [{ 'guest.toolsRunningStatus': 'guestToolsNotRunning' }, 'tools-not-running', 'no', /does not run/],
    [{ 'guest.guestOperationsReady': false }, 'tools-not-running', 'when-state-changes', /no operations yet/],
  ])('is told apart: %o', (changes, kind, retryable, message) => {
    const fault = cause(changes);
    expect(fault).toMatchObject({ kind, retryable });
    expect(fault?.message).toMatch(message);
    expect(fault?.message).toContain('"vm"');
  });

  it('is the missing desktop only for who needs one', () => {
    expect(cause({})).toBeUndefined();
    expect(cause({}, true)).toMatchObject({ kind: 'guest-interactive-missing', retryable: 'no' });
    expect(cause({ 'guest.interactiveGuestOperationsReady': true }, true)).toBeUndefined();
  });
});
