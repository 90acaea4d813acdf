import { describe, expect, it } from 'vitest';
import { GuestEndpoint, type ManagerName } from './guest-endpoint.js';

/** The managers of guest operations, and their types on the wire. */
const managers = {
  authManager: 'GuestAuthManager',
  fileManager: 'GuestFileManager',
  processManager: 'GuestProcessManager',
  aliasManager: 'GuestAliasManager',
  guestWindowsRegistryManager: 'GuestWindowsRegistryManager',
  guestCustomizationManager: 'VirtualMachineGuestCustomizationManager',
} as const satisfies Readonly<Record<ManagerName, string>>;

describe('a guest manager', () => {
  it.each(Object.entries(managers))('%s has all methods of its type', async (manager, type) => {
    const guests = await GuestEndpoint.of();
    const { schema } = guests.endpoint;
    const methods = schema.methodNames().filter((name) => schema.method(name)?.owner === type);
    expect(methods).not.toEqual([]);
    for (const method of methods) {
      expect(await guests.has(manager as ManagerName, method), method).toBe(true);
    }
    await guests.close();
  });
});
