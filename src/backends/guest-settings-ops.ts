import type { CallContext } from './call-context.js';

/** How a network card of a guest gets its IPv4 address. */
export type NicSettings =
  | 'dhcp'
  | {
      readonly address: string;
      /** 1 to 32. */
      readonly prefixLength: number;
      readonly gateway?: string;
    };

/** What a customization makes of a guest. */
export interface GuestCustomization {
  /** 1 to 63 letters, digits and hyphens, without the domain. */
  readonly hostName: string;
  /** Absent: none. */
  readonly domain?: string;
  /** Absent: those that the guest has. */
  readonly dnsServers?: readonly string[];
  /** One for each card, in their order. Absent: the cards stay as they are. */
  readonly nics?: readonly NicSettings[];
}

/** One value of a registry key; the default value has the empty name. */
export type RegistryValue =
  | { readonly name: string; readonly type: 'REG_SZ' | 'REG_EXPAND_SZ'; readonly data: string }
  | { readonly name: string; readonly type: 'REG_DWORD'; readonly data: number }
  | { readonly name: string; readonly type: 'REG_QWORD'; readonly data: number | bigint }
  | { readonly name: string; readonly type: 'REG_MULTI_SZ'; readonly data: readonly string[] }
  | { readonly name: string; readonly type: 'REG_BINARY'; readonly data: Uint8Array };

/** A key of the registry. */
export interface RegistryKey {
  readonly path: string;
  /** Empty where it was given none. */
  readonly classType: string;
  readonly lastWritten: Date;
}

/**
 * Registry of a Windows guest. Paths look like `HKLM\Software\Vendor`; names ignore case.
 * @throws Fault `guest-os-unsupported` on POSIX, `registry-key-invalid`, `guest-permission`.
 */
export interface GuestRegistryOps {
  /** Keys below a key. */
  keys(path: string, options: { readonly isRecursive: boolean }, call: CallContext): Promise<readonly RegistryKey[]>;
  /** Makes a key. @throws Fault `registry-key-exists`, `registry-parent-volatile`. */
  createKey(path: string, options: { readonly isVolatile: boolean }, call: CallContext): Promise<void>;
  /** @throws Fault `registry-key-has-subkeys`. */
  deleteKey(path: string, options: { readonly isRecursive: boolean }, call: CallContext): Promise<void>;
  /** Values of a key. @param options.expandStrings put variables in their places in `REG_EXPAND_SZ`. */
  values(
    path: string,
    options: { readonly expandStrings: boolean },
    call: CallContext,
  ): Promise<readonly RegistryValue[]>;
  /** Sets a value of a key that is there. */
  setValue(
    path: string,
    value: RegistryValue,
    options: { readonly isKeyRequired: true },
    call: CallContext,
  ): Promise<void>;
  /** @throws Fault `registry-value-not-found`. */
  deleteValue(path: string, name: string, call: CallContext): Promise<void>;
}

/** A certificate by whose tokens one may act as a user: of one subject, or with null of everybody. */
export interface GuestAlias {
  /** Base64 of its DER form. */
  readonly certificate: string;
  readonly aliases: readonly { readonly subject: string | null; readonly comment: string }[];
}

/** Certificates that stand for users of a guest. @throws Fault `guest-permission`, `invalid-argument`. */
export interface GuestAliasOps {
  list(userName: string, call: CallContext): Promise<readonly GuestAlias[]>;
  /** @param alias.isMapped tokens of the certificate need not name the user. @throws Fault `guest-alias-ambiguous`. */
  add(
    alias: {
      readonly userName: string;
      readonly certificate: string;
      readonly isMapped: boolean;
      readonly subject: string | null;
      readonly comment: string;
    },
    call: CallContext,
  ): Promise<void>;
  remove(userName: string, certificate: string, subject: string | null, call: CallContext): Promise<void>;
}
