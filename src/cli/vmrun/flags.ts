/** What a flag before the command says. */
export interface Flag {
  readonly flag: string;
  readonly name: keyof FlagValues;
  /** What its value is called in the usage; absent: the flag stands alone. */
  readonly value?: string;
  readonly summary: string;
  /** The value is a password: it may be given as `env:NAME`, `file:PATH` or `-`. */
  readonly isSecret?: true;
  /** Revix's own, not VMware's. */
  readonly isOwn?: true;
}

/** The values of the flags, as they stand on the command line. */
export interface FlagValues {
  hostType?: string;
  hostName?: string;
  hostPort?: string;
  userName?: string;
  password?: string;
  vmPassword?: string;
  guestUser?: string;
  guestPassword?: string;
  json?: string;
  timeout?: string;
}

/**
 * All flags. They stand before the command, in any order, and each that has a value takes the next word whatever it
 * looks like. Case counts: `-p` is not `-P`.
 */
export const flags: readonly Flag[] = [
  { flag: '-T', name: 'hostType', value: 'HOST-TYPE', summary: 'kind of host; without it the local product' },
  { flag: '-h', name: 'hostName', value: 'HOST', summary: 'name or URL of a remote host' },
  { flag: '-P', name: 'hostPort', value: 'PORT', summary: 'port of a remote host' },
  { flag: '-u', name: 'userName', value: 'USER', summary: 'user on the host' },
  { flag: '-p', name: 'password', value: 'PASSWORD', summary: 'password on the host', isSecret: true },
  { flag: '-vp', name: 'vmPassword', value: 'PASSWORD', summary: 'password of an encrypted VM', isSecret: true },
  { flag: '-gu', name: 'guestUser', value: 'USER', summary: 'user in the guest' },
  { flag: '-gp', name: 'guestPassword', value: 'PASSWORD', summary: 'password in the guest', isSecret: true },
  { flag: '--json', name: 'json', summary: 'one line of JSON in place of text', isOwn: true },
  {
    flag: '--timeout',
    name: 'timeout',
    value: 'SECONDS',
    summary: 'gives up after so long; 0 never does',
    isOwn: true,
  },
];
