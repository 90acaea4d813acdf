import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Vix } from '../../src/api/vix.js';
import { type VixOut, Vix_Out } from '../../src/api/vix-out.js';
import { createMockBackend, type Inventory } from '../../src/backends/mock/index.js';
import { createVix } from '../../src/compose/create-vix.js';
import {
  VIX_API_VERSION,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_VM_GUEST_VARIABLE,
} from '../../src/vix/names.js';
import type { VixError, VixHandle } from '../../src/vix/types.js';
import type { ModelVm } from './vix-model.js';

/** The machines that the crash tests work on. */
const inventory: Inventory = {
  vms: ['one', 'two'].map((name) => ({
    name,
    location: locationOf(name),
    guestOs: 'ubuntu-64',
    tools: { bootDelayMs: 0 },
  })),
};

function locationOf(name: string): string {
  return `[crash] ${name}/${name}.vmx`;
}

type Seen = Omit<ModelVm, 'snapshots'> & { readonly snapshots: Readonly<Record<string, string | null>> };

/** A content as it is compared: long ones by their hash, so that a difference can be read. */
function content(text: string): string {
  return text.length <= 40 ? text : createHash('sha256').update(text).digest('hex');
}

/** What of a model a program sees: of a snapshot its place in the tree. */
export function visible({ snapshots, files, ...vm }: ModelVm): Seen {
  return {
    ...vm,
    files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, content(text)])),
    snapshots: Object.fromEntries(Object.entries(snapshots).map(([name, { parent }]) => [name, parent])),
  };
}

/** A program that looks at what another one has left in a directory, through the functions of VIX. */
export class Witness {
  readonly #vix: Vix;
  readonly #hostFolder: string;
  #host: VixHandle = VIX_INVALID_HANDLE;

  private constructor(vix: Vix, hostFolder: string) {
    this.#vix = vix;
    this.#hostFolder = hostFolder;
  }

  /** Opens the directory, which is filled when it is new. */
  static async open(directory: string, hostFolder: string): Promise<Witness> {
    const vix = createVix({ backends: [createMockBackend({ directory, inventory })], config: {} });
    const witness = new Witness(vix, hostFolder);
    const none = VIX_INVALID_HANDLE;
    const provider = VIX_SERVICEPROVIDER_DEFAULT;
    const job = vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, none, null, null);
    witness.#host = await witness.#handle(job);
    return witness;
  }

  /** Looks at a machine. One that is off is powered on after that, to look at its files: it must still work. */
  async see(name: string): Promise<Seen> {
    const vix = this.#vix;
    const vm = await this.#handle(vix.VixVM_Open(this.#host, locationOf(name), null, null));
    const isOn = await this.#isOn(vm);
    const variable = isOn ? await this.#variable(vm) : '';
    const snapshots: Record<string, string | null> = {};
    await this.#walk(vm, snapshots);
    const cell = Vix_Out<VixHandle>();
    const error = await vix.VixVM_GetCurrentSnapshot(vm, cell);
    const current = error === VIX_E_SNAPSHOT_NOTFOUND ? null : await this.#nameOf(cell.value);
    if (!isOn) await this.#done(vix.VixVM_PowerOn(vm, 0, VIX_INVALID_HANDLE, null, null));
    return { isOn, variable, files: await this.#files(vm, join(this.#hostFolder, name)), snapshots, current };
  }

  async close(): Promise<void> {
    await this.#vix.Revix_Close();
  }

  /** A power operation that was cut short ends by itself, as time goes by. */
  async #isOn(vm: VixHandle): Promise<boolean> {
    for (;;) {
      const cell = Vix_Out<number>();
      this.#ok(await this.#vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_POWER_STATE, cell, VIX_PROPERTY_NONE), vm);
      if ((cell.value & VIX_POWERSTATE_POWERED_ON) !== 0) return true;
      if ((cell.value & VIX_POWERSTATE_POWERED_OFF) !== 0) return false;
      await sleep(1);
    }
  }

  async #variable(vm: VixHandle): Promise<string> {
    const cell = Vix_Out<string>();
    const job = this.#vix.VixVM_ReadVariable(vm, VIX_VM_GUEST_VARIABLE, 'crash', 0, null, null);
    const id = VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING;
    this.#ok(await this.#vix.VixJob_Wait(job, id, cell, VIX_PROPERTY_NONE), job);
    return cell.value;
  }

  async #files(vm: VixHandle, target: string): Promise<Readonly<Record<string, string>>> {
    const vix = this.#vix;
    await this.#done(vix.VixVM_WaitForToolsInGuest(vm, 0, null, null));
    await this.#done(vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));
    const list = vix.VixVM_ListDirectoryInGuest(vm, '/tmp', 0, null, null);
    this.#ok(await vix.VixJob_Wait(list, VIX_PROPERTY_NONE), list);
    const files: Record<string, string> = {};
    const count = vix.VixJob_GetNumProperties(list, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    for (let index = 0; index < count; index += 1) {
      const name = Vix_Out<string>();
      const id = VIX_PROPERTY_JOB_RESULT_ITEM_NAME;
      this.#ok(vix.VixJob_GetNthProperties(list, index, id, name, VIX_PROPERTY_NONE), list);
      const path = `/tmp/${name.value}`;
      await this.#done(vix.VixVM_CopyFileFromGuestToHost(vm, path, target, 0, VIX_INVALID_HANDLE, null, null));
      files[path] = content(await readFile(target, 'utf8'));
    }
    return files;
  }

  /** Notes each snapshot with its parent. */
  async #walk(vm: VixHandle, snapshots: Record<string, string | null>): Promise<void> {
    const vix = this.#vix;
    const count = Vix_Out<number>();
    this.#ok(await vix.VixVM_GetNumRootSnapshots(vm, count), vm);
    for (let index = 0; index < count.value; index += 1) {
      const cell = Vix_Out<VixHandle>();
      this.#ok(await vix.VixVM_GetRootSnapshot(vm, index, cell), vm);
      await this.#walkBelow(cell, null, snapshots);
    }
  }

  async #walkBelow(
    { value: snapshot }: VixOut<VixHandle>,
    parent: string | null,
    snapshots: Record<string, string | null>,
  ): Promise<void> {
    const vix = this.#vix;
    const name = await this.#nameOf(snapshot);
    snapshots[name] = parent;
    const count = Vix_Out<number>();
    this.#ok(await vix.VixSnapshot_GetNumChildren(snapshot, count), snapshot);
    for (let index = 0; index < count.value; index += 1) {
      const child = Vix_Out<VixHandle>();
      this.#ok(await vix.VixSnapshot_GetChild(snapshot, index, child), snapshot);
      await this.#walkBelow(child, name, snapshots);
    }
  }

  async #nameOf(snapshot: VixHandle): Promise<string> {
    const cell = Vix_Out<string>();
    const id = VIX_PROPERTY_SNAPSHOT_DISPLAYNAME;
    this.#ok(await this.#vix.Vix_GetProperties(snapshot, id, cell, VIX_PROPERTY_NONE), snapshot);
    return cell.value;
  }

  async #handle(job: VixHandle): Promise<VixHandle> {
    const cell = Vix_Out<VixHandle>();
    this.#ok(await this.#vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE), job);
    return cell.value;
  }

  async #done(job: VixHandle): Promise<void> {
    this.#ok(await this.#vix.VixJob_Wait(job, VIX_PROPERTY_NONE), job);
  }

  #ok(error: VixError, handle: VixHandle): void {
    assert.equal(error, VIX_OK, this.#vix.Revix_GetErrorMessage(handle));
  }
}
