import { Fault } from '../../base/fault.js';
import type { GuestRecord } from '../vm/vm-record.js';
import type { GuestRegistry, GuestUser, RegistryValue } from './program.js';
import { Environment } from './windows/environment.js';
import { recordRegistry } from './windows/registry.js';

/** Registry keys that hold the variables of everybody, and of one user: the later ones win. */
export const environmentKeys = {
  machine: 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment',
  user: 'HKCU\\Environment',
} as const;

/** The variables that a user's programs start with: the guest's own, the user's, then those of the start. */
export function userEnvironment(
  guest: Pick<GuestRecord, 'family' | 'environment' | 'toolsEnvironment' | 'hostName' | 'registry'>,
  user: GuestUser,
  extra: Readonly<Record<string, string>>,
): Map<string, string> {
  const own = guest.family === 'posix' ? posixVariables(user) : windowsVariables(user, guest.hostName);
  const environment = new Map<string, string>();
  const add = (variables: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(variables)) set(environment, guest.family, name, value);
  };
  for (const variables of [own, guest.environment, guest.toolsEnvironment ?? {}]) add(variables);
  if (guest.registry !== null) {
    addRegistered(environment, recordRegistry(guest.registry, { user, nowMs: () => 0 }));
  }
  add(extra);
  return environment;
}

/** Adds what the registry says of the environment; a reference to a variable gives what that one had before. */
function addRegistered(environment: Map<string, string>, registry: GuestRegistry): void {
  for (const [whose, key] of Object.entries(environmentKeys)) {
    const known = new Environment(environment);
    for (const { name, type, data } of existingValues(registry, key)) {
      if (type !== 'REG_SZ' && type !== 'REG_EXPAND_SZ') continue;
      const value = type === 'REG_EXPAND_SZ' ? known.expand(data) : data;
      const before = whose === 'user' && name.toLowerCase() === 'path' ? known.get(name) : undefined;
      set(environment, 'windows', name, before === undefined ? value : `${before};${value}`);
    }
  }
}

function existingValues(registry: GuestRegistry, key: string): readonly RegistryValue[] {
  try {
    return registry.values(key);
  } catch (error) {
    if (error instanceof Fault && error.kind === 'registry-key-invalid') return [];
    throw error;
  }
}

/** Sets a variable; on Windows under the spelling that is there already, since names ignore case. */
function set(environment: Map<string, string>, family: GuestRecord['family'], name: string, value: string): void {
  if (family === 'windows') {
    for (const known of environment.keys()) {
      if (known.toLowerCase() === name.toLowerCase()) {
        environment.set(known, value);
        return;
      }
    }
  }
  environment.set(name, value);
}

function posixVariables(user: GuestUser): Record<string, string> {
  return { HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: '/bin/sh' };
}

function windowsVariables(user: GuestUser, hostName: string): Record<string, string> {
  const temp = `${user.home}\\AppData\\Local\\Temp`;
  return {
    USERNAME: user.name,
    USERDOMAIN: hostName,
    COMPUTERNAME: hostName,
    USERPROFILE: user.home,
    HOMEDRIVE: user.home.slice(0, 2),
    HOMEPATH: user.home.slice(2),
    APPDATA: `${user.home}\\AppData\\Roaming`,
    LOCALAPPDATA: `${user.home}\\AppData\\Local`,
    TEMP: temp,
    TMP: temp,
  };
}
