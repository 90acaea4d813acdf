import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
} from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import type { Bench } from './bench.js';
import { type GuestWords, guestWords } from './guest-words.js';
import type { GuestAccount, TargetGuest, VmRole } from './target.js';

/** Which account of a guest. */
export type AccountName = 'administrator' | 'user';

/** A guest in which the suite has logged in, with what cases do there again and again. */
export class GuestBench {
  readonly bench: Bench;
  readonly vm: VixHandle;
  readonly guest: TargetGuest;
  readonly words: GuestWords;
  #directory: string | undefined = undefined;
  #files = 0;

  private constructor(bench: Bench, vm: VixHandle, guest: TargetGuest) {
    this.bench = bench;
    this.vm = vm;
    this.guest = guest;
    this.words = guestWords[guest.family];
  }

  /** Opens the machine of a role, which runs, and logs in. */
  static async in(bench: Bench, role: VmRole, account: AccountName = 'user'): Promise<GuestBench> {
    const vm = await bench.open(role);
    await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
    const inGuest = new GuestBench(bench, vm, guestOf(bench, role));
    await inGuest.login(account);
    return inGuest;
  }

  account(name: AccountName): GuestAccount {
    return this.guest[name];
  }

  async login(account: AccountName, options: number = 0): Promise<void> {
    const { name, password } = this.account(account);
    await this.bench.ok('VixVM_LoginInGuest', this.vm, name, password, options);
  }

  /** A directory of the guest that is empty at first; made when first asked for. */
  async directory(): Promise<string> {
    if (this.#directory !== undefined) return this.#directory;
    const made = await this.bench.ok('VixVM_CreateTempFileInGuest', this.vm, 0, 0);
    const path = made.text(VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    await this.bench.ok('VixVM_DeleteFileInGuest', this.vm, path);
    await this.bench.ok('VixVM_CreateDirectoryInGuest', this.vm, path, 0);
    this.#directory = path;
    return path;
  }

  /** Path of a name in that directory. */
  async path(...names: readonly string[]): Promise<string> {
    return this.join(await this.directory(), ...names);
  }

  join(...names: readonly string[]): string {
    return names.join(this.words.separator);
  }

  /** Path of a new name in the directory of this machine that the target lends. */
  hostPath(name: string = 'file'): string {
    this.#files += 1;
    return join(this.bench.target.directory, `${this.vm}-${this.#files}-${name}`);
  }

  /** Writes a file of the guest. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const source = this.hostPath();
    await writeFile(source, content);
    await this.bench.ok('VixVM_CopyFileFromHostToGuest', this.vm, source, path, 0, 0);
  }

  /** Reads a file of the guest. */
  async read(path: string): Promise<Buffer> {
    const target = this.hostPath();
    await this.bench.ok('VixVM_CopyFileFromGuestToHost', this.vm, path, target, 0, 0);
    return readFile(target);
  }

  /** Reads a text file of the guest, without the space around the text. */
  async readText(path: string): Promise<string> {
    return (await this.read(path)).toString('utf8').trim();
  }

  async fileExists(path: string): Promise<boolean> {
    const outcome = await this.bench.ok('VixVM_FileExistsInGuest', this.vm, path);
    return outcome.bool(VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS);
  }

  async directoryExists(path: string): Promise<boolean> {
    const outcome = await this.bench.ok('VixVM_DirectoryExistsInGuest', this.vm, path);
    return outcome.bool(VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS);
  }

  /** Names in a directory, sorted. */
  async names(path: string): Promise<readonly string[]> {
    const outcome = await this.bench.ok('VixVM_ListDirectoryInGuest', this.vm, path, 0);
    return [...outcome.texts(VIX_PROPERTY_JOB_RESULT_ITEM_NAME)].sort();
  }

  async makeDirectory(path: string): Promise<void> {
    await this.bench.ok('VixVM_CreateDirectoryInGuest', this.vm, path, 0);
  }

  /** Runs a line through the command interpreter; it must end with exit code 0. */
  async shell(line: string): Promise<void> {
    const { path, args } = this.words.shell(line);
    const outcome = await this.bench.ok('VixVM_RunProgramInGuest', this.vm, path, args, 0, 0);
    assert.equal(outcome.integer(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE), 0, `exit code of: ${line}`);
  }
}

/** The accounts of the guest of a role. */
export function guestOf(bench: Bench, role: VmRole): TargetGuest {
  const { guest } = bench.vm(role);
  assert.ok(guest !== undefined, `the target tells no guest accounts for the role ${role}`);
  return guest;
}
