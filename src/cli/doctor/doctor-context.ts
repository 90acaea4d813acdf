import type { LookupAddress } from 'node:dns';
import type { BackendModule, ProviderName } from '../../backends/backend.js';
import type { Clock } from '../../base/clock.js';
import type { Secret } from '../../base/secret.js';

/** What is to be looked at. Without a provider: this machine only. */
export interface DoctorRequest {
  /** What a program asks for. */
  readonly provider: ProviderName | null;
  readonly hostName: string | null;
  readonly userName: string | null;
  readonly password: Secret | null;
  /** As a program names it: `[datastore] folder/name.vmx`, a path, a UUID, a path in the inventory. */
  readonly vm: string | null;
  /** Password of an encrypted machine of the mock host. */
  readonly vmPassword: Secret | null;
  readonly guestUser: string | null;
  readonly guestPassword: Secret | null;
  /** Log in to the session at the console of the guest. */
  readonly isInteractive: boolean;
  /** Write a temporary file to the guest, read it back and remove it. */
  readonly isRoundTrip: boolean;
}

/** What the checks work with beside the request. */
export interface DoctorSurroundings {
  /** Version of Revix. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current directory of the program that fails. */
  readonly directory: string;
  readonly clock: Clock;
  /** Longest time for one check, in milliseconds. */
  readonly timeoutMs: number;
  /** The backends in order of preference. */
  readonly backends: readonly BackendModule[];
  /** Where the mock host keeps machines when nobody says otherwise; null: in memory. */
  readonly mockHome: string | null;
  /** All addresses of a name. */
  readonly lookup: (hostName: string) => Promise<readonly LookupAddress[]>;
}

/** What one check is handed. */
export interface DoctorContext extends DoctorSurroundings {
  readonly request: DoctorRequest;
  /** Aborted when the check has taken its time, or when nobody wants the report any more. */
  readonly signal: AbortSignal;
  /** Has something closed when all checks are done. */
  readonly atEnd: (close: () => Promise<void>) => void;
  /** What an error says, without the secrets of the request: a server may repeat what it was sent. */
  readonly said: (error: unknown) => string;
}
