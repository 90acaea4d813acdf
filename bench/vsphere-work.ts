import {
  createVix,
  Vix_Out,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_FIND_RUNNING_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_PROPERTY_VM_TOOLS_STATE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  type TraceEvent,
  type Vix,
  type VixHandle,
} from 'revix';
import { createVsphereBackend } from 'revix/vsphere';
import type { Vcsim } from './vcsim.js';

/** The measured work as a VIX program does it. Every step that fails throws. */
export class VsphereWork {
  readonly vix: Vix;
  readonly #url: string;

  /** @param trace takes each event of the timeline; absent: none is drawn. */
  constructor({ url, thumbprint }: Vcsim, trace?: (event: TraceEvent) => void) {
    const backends = [createVsphereBackend({ tls: { thumbprint } })];
    this.vix = createVix({ backends, config: {}, ...(trace === undefined ? {} : { trace }) });
    this.#url = url;
  }

  /** Logs in, finds a machine by its path, reads its properties. */
  async open(location: string): Promise<void> {
    const { vix } = this;
    const host = await this.connect();
    const vm = await this.openVm(host, location);
    const [cpus, memory, power, tools] = [Vix_Out<number>(), Vix_Out<number>(), Vix_Out<number>(), Vix_Out<number>()];
    const name = Vix_Out<string>();
    const error = await vix.Vix_GetProperties(
      vm,
      VIX_PROPERTY_VM_NAME,
      name,
      VIX_PROPERTY_VM_NUM_VCPUS,
      cpus,
      VIX_PROPERTY_VM_MEMORY_SIZE,
      memory,
      VIX_PROPERTY_VM_POWER_STATE,
      power,
      VIX_PROPERTY_VM_TOOLS_STATE,
      tools,
      VIX_PROPERTY_NONE,
    );
    if (error !== VIX_OK) throw new Error(`the properties cannot be read: ${error}`);
    vix.Vix_ReleaseHandle(vm);
    vix.VixHost_Disconnect(host);
  }

  /** Logs in, lists the machines that run, as `vmrun list` does. */
  async list(count: number): Promise<void> {
    const { vix } = this;
    const host = await this.connect();
    let found = 0;
    const collect = async (_job: VixHandle, event: number, info: VixHandle): Promise<void> => {
      if (event !== VIX_EVENTTYPE_FIND_ITEM) return;
      const location = Vix_Out<string>();
      await vix.Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
      if (location.value !== '') found += 1;
    };
    await this.#done(vix.VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, collect, null));
    if (found !== count) throw new Error(`${found} machines instead of ${count}`);
    vix.VixHost_Disconnect(host);
  }

  /** Runs short programs on the machines, all at once, and waits for each exit code. */
  programs(count: number, locations: readonly string[]): Promise<void> {
    return this.#onAll(locations, async (vm) => {
      await Promise.all(Array.from({ length: count / locations.length }, () => this.#run(vm, '/bin/end-with', '7')));
    });
  }

  /** The same one after another on each machine, all machines at once. */
  programsInTurn(count: number, locations: readonly string[]): Promise<void> {
    return this.#onAll(locations, async (vm) => {
      for (let number = 0; number < count / locations.length; number += 1) await this.#run(vm, '/bin/end-with', '7');
    });
  }

  /** Runs programs of two seconds on one machine, all at once. */
  async programsAtOnce(count: number, location: string): Promise<void> {
    const { vm } = await this.#loggedIn(location);
    await Promise.all(Array.from({ length: count }, () => this.#run(vm, '/bin/sh', "-c 'sleep 2; exit 7'")));
  }

  /** Lists the processes of a guest so many times, one after another. */
  async processes(count: number, location: string): Promise<void> {
    const { host, vm } = await this.#loggedIn(location);
    for (let number = 0; number < count; number += 1) {
      await this.#done(this.vix.VixVM_ListProcessesInGuest(vm, 0, null, null));
    }
    this.vix.VixHost_Disconnect(host);
  }

  /** Copies a file into a guest. */
  async upload(location: string, hostFile: string, guestFile: string): Promise<void> {
    const { host, vm } = await this.#loggedIn(location);
    const { vix } = this;
    await this.#done(vix.VixVM_CopyFileFromHostToGuest(vm, hostFile, guestFile, 0, VIX_INVALID_HANDLE, null, null));
    vix.VixHost_Disconnect(host);
  }

  /** Copies a file out of a guest. */
  async download(location: string, guestFile: string, hostFile: string): Promise<void> {
    const { host, vm } = await this.#loggedIn(location);
    const { vix } = this;
    await this.#done(vix.VixVM_CopyFileFromGuestToHost(vm, guestFile, hostFile, 0, VIX_INVALID_HANDLE, null, null));
    vix.VixHost_Disconnect(host);
  }

  connect(): Promise<VixHandle> {
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    return this.#handle(
      this.vix.VixHost_Connect(-1, provider, this.#url, 0, 'user', 'pass', 0, VIX_INVALID_HANDLE, null, null),
    );
  }

  openVm(host: VixHandle, location: string): Promise<VixHandle> {
    return this.#handle(this.vix.VixVM_Open(host, location, null, null));
  }

  async #onAll(locations: readonly string[], work: (vm: VixHandle) => Promise<void>): Promise<void> {
    const host = await this.connect();
    const workOn = async (location: string): Promise<void> => {
      const vm = await this.openVm(host, location);
      await this.#login(vm);
      await work(vm);
      this.vix.Vix_ReleaseHandle(vm);
    };
    await Promise.all(locations.map(workOn));
    this.vix.VixHost_Disconnect(host);
  }

  async #loggedIn(location: string): Promise<{ host: VixHandle; vm: VixHandle }> {
    const host = await this.connect();
    const vm = await this.openVm(host, location);
    await this.#login(vm);
    return { host, vm };
  }

  #login(vm: VixHandle): Promise<void> {
    return this.#done(this.vix.VixVM_LoginInGuest(vm, 'user', 'pass', 0, null, null));
  }

  /** Runs a program that ends with 7. */
  async #run(vm: VixHandle, program: string, args: string): Promise<void> {
    const { vix } = this;
    const code = Vix_Out<number>();
    const job = vix.VixVM_RunProgramInGuest(vm, program, args, 0, VIX_INVALID_HANDLE, null, null);
    const error = await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, code, VIX_PROPERTY_NONE);
    this.#require(job, error);
    if (code.value !== 7) throw new Error(`exit code ${code.value} instead of 7`);
  }

  async #done(job: VixHandle): Promise<void> {
    this.#require(job, await this.vix.VixJob_Wait(job, VIX_PROPERTY_NONE));
  }

  async #handle(job: VixHandle): Promise<VixHandle> {
    const cell = Vix_Out<VixHandle>();
    this.#require(job, await this.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE));
    return cell.value;
  }

  #require(job: VixHandle, error: number): void {
    const message = this.vix.Revix_GetJobMessage(job);
    this.vix.Vix_ReleaseHandle(job);
    if (error !== VIX_OK) throw new Error(`error ${error}: ${message}`);
  }
}
