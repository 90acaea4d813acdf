import { Vix_Out } from '../../api/vix-out.js';
import type { Vix } from '../../api/vix.js';
import type { VixEventProc } from '../../jobs/job-events.js';
import { errorText } from '../../vix/lookup.js';
import {
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_FIND_REGISTERED_VMS,
  VIX_FIND_RUNNING_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
} from '../../vix/names.js';
import type { PropertyValueType, PropertyValues, VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
import { CommandFailure, type Stage } from './command-failure.js';

/** What a session needs of the process around it. */
export interface SessionSurroundings {
  /** Makes a relative path of this machine absolute. */
  hostPath(path: string): string;
  /** Path of a virtual machine as its host is to be asked for it. */
  vmPath(path: string): string;
  /** Waits; rejects when the command is cancelled. */
  sleep(ms: number): Promise<void>;
  /** Shows how far a long operation is, 0 to 1; 1 takes the display away. */
  showProgress(what: string, fraction: number): void;
}

/**
 * One connection with the machine that a command works on, in the words of the commands: jobs that fail throw, and what
 * was handed out is given back at the end.
 */
export class Session {
  readonly vix: Vix;
  readonly host: VixHandle;
  /** `VIX_INVALID_HANDLE` for a command without a machine. */
  vm: VixHandle = VIX_INVALID_HANDLE;
  readonly around: SessionSurroundings;
  stage: Stage = 'command';
  readonly #kept: VixHandle[] = [];

  constructor(vix: Vix, host: VixHandle, around: SessionSurroundings) {
    this.vix = vix;
    this.host = host;
    this.around = around;
  }

  /** Releases the handle at the end of the command. */
  keep(handle: VixHandle): VixHandle {
    this.#kept.push(handle);
    return handle;
  }

  /** Releases all that was kept. */
  release(): void {
    for (const handle of this.#kept.splice(0).reverse()) this.vix.Vix_ReleaseHandle(handle);
  }

  /** Waits for a job, whose results can be read until the end of the command. @throws CommandFailure. */
  async finish(job: VixHandle): Promise<VixHandle> {
    this.keep(job);
    const error = await this.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    if (error !== VIX_OK) throw new CommandFailure(this.stage, error, this.vix.Revix_GetJobMessage(job));
    return job;
  }

  /** Waits for a job that reports how far it is. */
  async finishWatched(what: string, start: (callback: VixEventProc) => VixHandle): Promise<VixHandle> {
    const { vix, around } = this;
    try {
      return await this.finish(
        start((job, eventType) => {
          if (eventType === VIX_EVENTTYPE_JOB_PROGRESS) around.showProgress(what, vix.Revix_GetJobProgress(job) / 100);
        }),
      );
    } finally {
      around.showProgress(what, 1);
    }
  }

  /** One property of a finished job. */
  result<T extends PropertyValueType>(job: VixHandle, id: VixPropertyID<T>, index: number = 0): PropertyValues[T] {
    const cell = Vix_Out<unknown>();
    this.expect(readers(this.vix).VixJob_GetNthProperties(job, index, id, cell, VIX_PROPERTY_NONE), job);
    return cell.value as PropertyValues[T];
  }

  /** Every instance of a property of a finished job. */
  results<T extends PropertyValueType>(job: VixHandle, id: VixPropertyID<T>): PropertyValues[T][] {
    const count = this.vix.VixJob_GetNumProperties(job, id);
    return Array.from({ length: count }, (_, index) => this.result(job, id, index));
  }

  /** One property of a host, a virtual machine or a snapshot. @throws CommandFailure. */
  async property<T extends PropertyValueType>(handle: VixHandle, id: VixPropertyID<T>): Promise<PropertyValues[T]> {
    const cell = Vix_Out<unknown>();
    this.expect(await readers(this.vix).Vix_GetProperties(handle, id, cell, VIX_PROPERTY_NONE), handle);
    return cell.value as PropertyValues[T];
  }

  /** Throws unless the error is `VIX_OK`. @param handle what the call works on. @throws CommandFailure. */
  expect(error: VixError, handle: VixHandle): void {
    if (error === VIX_OK) return;
    throw new CommandFailure(this.stage, error, this.vix.Revix_GetErrorMessage(handle) || errorText(error));
  }

  /** Locations of the machines of the host. */
  async find(filter: 'running' | 'registered'): Promise<readonly string[]> {
    const type = filter === 'running' ? VIX_FIND_RUNNING_VMS : VIX_FIND_REGISTERED_VMS;
    const noTimeout = -1;
    const job = await this.finish(
      this.vix.VixHost_FindItems(this.host, type, VIX_INVALID_HANDLE, noTimeout, null, null),
    );
    return this.results(job, VIX_PROPERTY_FOUND_ITEM_LOCATION);
  }

  /** A guest variable, configuration entry or environment variable; unset reads as "". */
  async readVariable(type: number, name: string): Promise<string> {
    const job = await this.finish(this.vix.VixVM_ReadVariable(this.vm, type, name, 0, null, null));
    return this.result(job, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING);
  }
}

/** The functions that read properties, for ids that are not known when this is compiled. */
interface Readers {
  VixJob_GetNthProperties(job: VixHandle, index: number, ...cells: readonly unknown[]): VixError;
  Vix_GetProperties(handle: VixHandle, ...cells: readonly unknown[]): Promise<VixError>;
}

function readers(vix: Vix): Readers {
  return vix;
}
