import {
  createVix,
  type Vix,
  type VixHandle,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_FIND_REGISTERED_VMS,
  type VIX_FIND_RUNNING_VMS,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  type VixPropertyID,
  Vix_Out,
} from 'revix';
import { createVsphereBackend, type VsphereOptions } from 'revix/vsphere';

/** VIX functions over the vSphere backend, with the steps that every test of it takes. Steps that fail throw. */
export class VixRun {
  readonly vix: Vix;

  constructor(options: VsphereOptions) {
    this.vix = createVix({ backends: [createVsphereBackend(options)], config: {} });
  }

  /** Waits for a job to its end. @returns its error code. */
  async error(job: VixHandle): Promise<number> {
    const error = await this.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    this.vix.Vix_ReleaseHandle(job);
    return error;
  }

  async done(job: VixHandle): Promise<void> {
    this.#require(job, await this.vix.VixJob_Wait(job, VIX_PROPERTY_NONE));
  }

  async handle(job: VixHandle): Promise<VixHandle> {
    const cell = Vix_Out<VixHandle>();
    this.#require(job, await this.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE));
    return cell.value;
  }

  async number(job: VixHandle, property: VixPropertyID<'integer'>): Promise<number> {
    const cell = Vix_Out<number>();
    this.#require(job, await this.vix.VixJob_Wait(job, property, cell, VIX_PROPERTY_NONE));
    return cell.value;
  }

  async text(job: VixHandle, property: VixPropertyID<'string'>): Promise<string> {
    const cell = Vix_Out<string>();
    this.#require(job, await this.vix.VixJob_Wait(job, property, cell, VIX_PROPERTY_NONE));
    return cell.value;
  }

  async flag(job: VixHandle, property: VixPropertyID<'bool'>): Promise<boolean> {
    const cell = Vix_Out<boolean>();
    this.#require(job, await this.vix.VixJob_Wait(job, property, cell, VIX_PROPERTY_NONE));
    return cell.value;
  }

  /** A property of a host, machine or snapshot. */
  async integerOf(handle: VixHandle, property: VixPropertyID<'integer'>): Promise<number> {
    const cell = Vix_Out<number>();
    const error = await this.vix.Vix_GetProperties(handle, property, cell, VIX_PROPERTY_NONE);
    if (error !== 0) throw new Error(`error ${error} for the property ${property}`);
    return cell.value;
  }

  connect(url: string, userName = 'user', password = 'pass'): Promise<VixHandle> {
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    return this.handle(
      this.vix.VixHost_Connect(-1, provider, url, 0, userName, password, 0, VIX_INVALID_HANDLE, null, null),
    );
  }

  open(host: VixHandle, location: string): Promise<VixHandle> {
    return this.handle(this.vix.VixVM_Open(host, location, null, null));
  }

  /** Locations of the machines, in the order of their events. */
  async find(
    host: VixHandle,
    search: typeof VIX_FIND_REGISTERED_VMS | typeof VIX_FIND_RUNNING_VMS = VIX_FIND_REGISTERED_VMS,
  ): Promise<readonly string[]> {
    const found: string[] = [];
    const collect = async (_job: VixHandle, event: number, info: VixHandle): Promise<void> => {
      if (event !== VIX_EVENTTYPE_FIND_ITEM) return;
      const location = Vix_Out<string>();
      await this.vix.Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
      found.push(location.value);
    };
    await this.done(this.vix.VixHost_FindItems(host, search, VIX_INVALID_HANDLE, -1, collect, null));
    return found;
  }

  #require(job: VixHandle, error: number): void {
    const message = this.vix.Revix_GetJobMessage(job);
    this.vix.Vix_ReleaseHandle(job);
    if (error !== 0) throw new Error(`error ${error}: ${message}`);
  }
}
