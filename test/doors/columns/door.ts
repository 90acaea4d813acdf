import type { SyncVix } from '../../../dist/doors/sync/index.js';
import * as C from '../../../dist/index.js';

export type AnyVix = C.Vix;

export interface HostAddress {
  readonly hostType: number;
  readonly hostName: string | null;
  readonly userName: string | null;
  readonly password: string | null;
}

/** An error, as the door says it, and what else a call answers. */
export type Answer = readonly unknown[];

/** Who works in the guest, where a scenario does not say it. */
export const guestUser = { userName: 'user', password: 'password' } as const;

/** What every door can do, in one shape, and what some of them can. Guest calls are made as `user`. */
export interface Door {
  registered(): Promise<Answer>;
  powerOn(location: string): Promise<Answer>;
  powerOff(location: string): Promise<Answer>;
  reset(location: string): Promise<Answer>;
  suspend(location: string): Promise<Answer>;
  run(location: string, password: string, program: string, args: string): Promise<Answer>;
  writeVariable(location: string, name: string, value: string): Promise<Answer>;
  readVariable(location: string, name: string): Promise<Answer>;
  readonly opening?: OpeningDoor;
  readonly files?: FileDoor;
  readonly processes?: ProcessDoor;
  readonly snapshots?: SnapshotDoor;
  readonly callbacks?: CallbackDoor;
}

/** What not every door has. */
export const groups = ['opening', 'files', 'processes', 'snapshots', 'callbacks'] as const;
export type Group = (typeof groups)[number];

export interface OpeningDoor {
  open(location: string): Promise<Answer>;
}

export interface FileDoor {
  upload(location: string, hostPath: string, guestPath: string): Promise<Answer>;
  download(location: string, guestPath: string, hostPath: string): Promise<Answer>;
  /** Answers with names and sizes, and whether each is a directory. */
  list(location: string, path: string): Promise<Answer>;
  exists(location: string, path: string): Promise<Answer>;
  remove(location: string, path: string): Promise<Answer>;
}

export interface ProcessDoor {
  /** Answers with name and owner of the process that the guest began with. */
  first(location: string): Promise<Answer>;
  kill(location: string, pid: number): Promise<Answer>;
}

export interface SnapshotDoor {
  take(location: string, name: string): Promise<Answer>;
  find(location: string, name: string): Promise<Answer>;
  revert(location: string, name: string): Promise<Answer>;
  remove(location: string, name: string): Promise<Answer>;
}

export interface CallbackDoor {
  /** Lists the machines, and answers with how many events told of one, and how many of the end. */
  registered(): Promise<Answer>;
}

export const none = C.VIX_INVALID_HANDLE;

/** A blocking set of functions, which the tables of types keep apart from an awaited one. */
export function blocking(vix: AnyVix): SyncVix {
  return vix as unknown as SyncVix;
}

/** An error with what follows it, where it is none. */
export function answer(error: number, ...values: readonly unknown[]): Answer {
  return error === C.VIX_OK ? [error, ...values] : [error];
}

/** What a directory holds, in an order of its own. */
export function entries(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return rows.toSorted(([left], [right]) => String(left).localeCompare(String(right)));
}
