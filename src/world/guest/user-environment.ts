import type { GuestRecord } from '../vm/vm-record.js';
import type { GuestUser } from './program.js';

/** The variables that a user's programs start with: the guest's own, the user's, then those of the start. */
export function userEnvironment(
  guest: Pick<GuestRecord, 'family' | 'environment' | 'toolsEnvironment' | 'hostName'>,
  user: GuestUser,
  extra: Readonly<Record<string, string>>,
): Map<string, string> {
  const own = guest.family === 'posix' ? posixVariables(user) : windowsVariables(user, guest.hostName);
  const environment = new Map<string, string>();
  for (const variables of [own, guest.environment, guest.toolsEnvironment ?? {}, extra]) {
    for (const [name, value] of Object.entries(variables)) set(environment, guest.family, name, value);
  }
  return environment;
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
