import assert from 'node:assert/strict';
import { Vix_Out, type VixOut } from '../api/vix-out.js';
import type { Vix } from '../api/vix.js';
import { errorName } from '../vix/lookup.js';
import {
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
} from '../vix/names.js';
import type { VixError, VixHandle, VixPropertyID } from '../vix/types.js';

/** An event that a callback saw. */
export interface SeenEvent {
  readonly job: VixHandle;
  readonly type: number;
  readonly info: VixHandle;
  readonly clientData: unknown;
  /** `VIX_HANDLETYPE_*` of `info` while the callback ran. */
  readonly infoType: number;
  /** Whether the job was complete while the callback ran. */
  readonly isComplete: boolean;
  /** `VixJob_GetError` while the callback ran. */
  readonly error: VixError;
}

/** How a job ended, with its results. The bench keeps the job's handle until the case ends. */
export class Outcome {
  readonly call: string;
  readonly job: VixHandle;
  readonly error: VixError;
  readonly events: readonly SeenEvent[];
  readonly #vix: Vix;
  readonly #keep: (handle: VixHandle) => VixHandle;

  constructor(parts: {
    readonly call: string;
    readonly job: VixHandle;
    readonly error: VixError;
    readonly events: readonly SeenEvent[];
    readonly vix: Vix;
    readonly keep: (handle: VixHandle) => VixHandle;
  }) {
    this.call = parts.call;
    this.job = parts.job;
    this.error = parts.error;
    this.events = parts.events;
    this.#vix = parts.vix;
    this.#keep = parts.keep;
  }

  /** For messages: the error by name, and what Revix says about it. */
  get summary(): string {
    if (this.error === VIX_OK) return 'VIX_OK';
    return `${errorName(this.error)} (${this.error}): ${this.#vix.Revix_GetJobMessage(this.job)}`;
  }

  /** Asserts the error. */
  is(expected: VixError): this {
    if (this.error === expected) return this;
    assert.fail(`${this.call}: expected ${errorName(expected)} (${expected}), got ${this.summary}`);
  }

  integer(id: VixPropertyID<'integer'>, index: number = 0): number {
    const cell = Vix_Out<number>();
    return this.#filled(id, this.#vix.VixJob_GetNthProperties(this.job, index, id, cell, VIX_PROPERTY_NONE), cell);
  }

  int64(id: VixPropertyID<'int64'>, index: number = 0): number {
    const cell = Vix_Out<number>();
    return this.#filled(id, this.#vix.VixJob_GetNthProperties(this.job, index, id, cell, VIX_PROPERTY_NONE), cell);
  }

  text(id: VixPropertyID<'string'>, index: number = 0): string {
    const cell = Vix_Out<string>();
    return this.#filled(id, this.#vix.VixJob_GetNthProperties(this.job, index, id, cell, VIX_PROPERTY_NONE), cell);
  }

  bool(id: VixPropertyID<'bool'>, index: number = 0): boolean {
    const cell = Vix_Out<boolean>();
    return this.#filled(id, this.#vix.VixJob_GetNthProperties(this.job, index, id, cell, VIX_PROPERTY_NONE), cell);
  }

  /** The result handle; the reference that comes with it is released when the case ends. */
  handle(): VixHandle {
    const id = VIX_PROPERTY_JOB_RESULT_HANDLE;
    const cell = Vix_Out<VixHandle>();
    const error = this.#vix.VixJob_GetNthProperties(this.job, 0, id, cell, VIX_PROPERTY_NONE);
    return this.#keep(this.#filled(id, error, cell));
  }

  count(id: VixPropertyID): number {
    return this.#vix.VixJob_GetNumProperties(this.job, id);
  }

  /** Every value of a repeated text. */
  texts(id: VixPropertyID<'string'>): readonly string[] {
    return Array.from({ length: this.count(id) }, (_, index) => this.text(id, index));
  }

  /** Asserts that the result does not hold the property. */
  lacks(id: VixPropertyID<'string'>): void {
    const error = this.#vix.VixJob_GetNthProperties(this.job, 0, id, Vix_Out<string>(), VIX_PROPERTY_NONE);
    assert.equal(errorName(error), errorName(VIX_E_UNRECOGNIZED_PROPERTY), `${this.call}: property ${id}`);
  }

  #filled<T>(id: number, error: VixError, cell: VixOut<T>): T {
    assert.equal(errorName(error), 'VIX_OK', `${this.call}: reading result property ${id}`);
    return cell.value;
  }
}
