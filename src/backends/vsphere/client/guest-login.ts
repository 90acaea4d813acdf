import { Secret } from '../../../base/secret.js';
import type { GuestCredentials } from '../../backend.js';
import type { SecretText } from '../soap/values.js';
import type { GuestAuthentication } from '../vim/generated/types.js';

/**
 * Who guest operations are done as: a user of the guest with a password, or one whom a token of the vCenter's single
 * sign-on or a ticket of the guest stands for.
 */
export type GuestLogin =
  | {
      readonly userName: string;
      readonly password: SecretText;
      /** Act in the session at the console, where the user has to be logged on. */
      readonly isInteractive?: boolean;
    }
  | GuestAuthentication;

/** What calls of guest methods carry of a login. */
export function guestLoginOf(login: GuestLogin): { credentials: GuestCredentials; auth?: GuestAuthentication } {
  if ('interactiveSession' in login) {
    // A login of this kind is sent as it is; nobody looks at its name.
    const credentials = { userName: '', password: new Secret(''), isInteractive: login.interactiveSession };
    return { credentials, auth: login };
  }
  const { userName, password, isInteractive = false } = login;
  const secret = typeof password === 'string' ? new Secret(password) : password;
  return { credentials: { userName, password: secret, isInteractive } };
}
