import { handleTypes } from '../handles/handle-kind.js';
import type { HandleEntry } from '../handles/handle-table.js';
import { VixFailure } from '../errors/vix-failure.js';
import { errorText, propertyById } from '../vix/lookup.js';
import {
  VIX_E_INVALID_HANDLE,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_HANDLETYPE_NONE,
  VIX_OK,
  VIX_PROPERTYTYPE_BLOB,
  VIX_PROPERTYTYPE_BOOL,
  VIX_PROPERTYTYPE_HANDLE,
  VIX_PROPERTYTYPE_INT64,
  VIX_PROPERTYTYPE_INTEGER,
  VIX_PROPERTYTYPE_STRING,
} from '../vix/names.js';
import type { PropertyValueType, VixError, VixHandle, VixPropertyID } from '../vix/types.js';
import { callFailed, handleFailure } from './call-failure.js';
import {
  hostProperties,
  jobProperties,
  type PropertyReader,
  snapshotProperties,
  vmProperties,
} from './handle-properties.js';
import { fillCells, isCell, missingProperty, noCell, parseCells } from './property-cells.js';
import type { VixRuntime } from './vix-runtime.js';
import type { PropertyCells, VixOut } from './vix-out.js';

/** `VIX_PROPERTYTYPE_*` of each type of value. */
export const propertyTypes = {
  integer: VIX_PROPERTYTYPE_INTEGER,
  string: VIX_PROPERTYTYPE_STRING,
  bool: VIX_PROPERTYTYPE_BOOL,
  handle: VIX_PROPERTYTYPE_HANDLE,
  int64: VIX_PROPERTYTYPE_INT64,
  blob: VIX_PROPERTYTYPE_BLOB,
} as const satisfies Record<PropertyValueType, number>;

/** The functions with the prefix `Vix_`: handles, properties, buffers, error texts, the event pump. */
export function vixHandleFunctions(runtime: VixRuntime) {
  const { table } = runtime;

  /** Whatever the handle is, a way to read its properties. */
  async function reader(handle: VixHandle): Promise<PropertyReader> {
    const host = table.lookup(handle, 'host');
    if (typeof host !== 'number') return hostProperties(host.payload);
    const vm = table.lookup(handle, 'vm');
    if (typeof vm !== 'number') {
      const { signal } = vm.payload.host.payload;
      return runtime.read(signal, (call) => vmProperties(vm.payload, call));
    }
    const snapshot = table.lookup(handle, 'snapshot');
    if (typeof snapshot !== 'number') {
      const { signal } = snapshot.payload.vm.payload.host.payload;
      return runtime.read(signal, (call) => snapshotProperties(snapshot.payload, call));
    }
    const job = table.lookup(handle, 'job');
    if (typeof job !== 'number') return jobProperties(job.payload);
    const list = table.lookup(handle, 'propertyList');
    if (typeof list !== 'number') return (id) => list.payload.list.get(id);
    return () => VIX_E_INVALID_HANDLE;
  }

  function badHandle(call: string, handle: VixHandle): VixError {
    return callFailed(runtime, call, handle, handleFailure(runtime, 'handle', handle, VIX_E_INVALID_HANDLE));
  }

  return {
    /** Text for an error value, in English; never empty. The locale has no effect. */
    Vix_GetErrorText(err: VixError | bigint, _locale: string | null): string {
      return errorText(err);
    },

    /** Takes one reference away; the last one ends the object. Harmless for 0, unknown and released handles. */
    Vix_ReleaseHandle(handle: VixHandle | 0): void {
      table.release(handle);
    },

    /** Adds one reference. */
    Vix_AddRefHandle(handle: VixHandle): void {
      table.addRef(handle);
    },

    /** `VIX_HANDLETYPE_*` of a handle; `VIX_HANDLETYPE_NONE` for an invalid one. */
    Vix_GetHandleType(handle: VixHandle): number {
      const entry = table.find(handle);
      return entry === undefined ? VIX_HANDLETYPE_NONE : handleTypes[entry.kind];
    },

    /**
     * Reads properties of any handle: id, cell, ... , `VIX_PROPERTY_NONE`. Fills all cells or, after an error, none.
     */
    async Vix_GetProperties<A extends readonly unknown[]>(
      handle: VixHandle,
      ...cells: A & PropertyCells<A>
    ): Promise<VixError> {
      const call = 'Vix_GetProperties';
      const requests = parseCells(cells);
      if (requests instanceof VixFailure) return callFailed(runtime, call, handle, requests);
      const entry = table.find(handle);
      if (entry === undefined) return badHandle(call, handle);
      if (requests.length === 0) return VIX_OK;
      table.hold(entry);
      try {
        const failure = fillCells(runtime, requests, await reader(handle));
        return failure === undefined ? VIX_OK : callFailed(runtime, call, handle, failure);
      } catch (thrown) {
        return callFailed(runtime, call, handle, thrown);
      } finally {
        table.drop(entry);
      }
    },

    /** Type of a property as the handle holds it. */
    Vix_GetPropertyType(handle: VixHandle, propertyID: VixPropertyID, propertyType: VixOut<number>): VixError {
      const call = 'Vix_GetPropertyType';
      if (!isCell(propertyType)) return callFailed(runtime, call, handle, noCell('propertyType'));
      const entry = table.find(handle);
      if (entry === undefined) return badHandle(call, handle);
      const type = typeOnHandle(runtime, entry, propertyID);
      if (typeof type === 'number') return callFailed(runtime, call, handle, missingProperty(propertyID, type));
      propertyType.value = propertyTypes[type];
      return VIX_OK;
    },

    /** Does nothing: strings and blobs belong to the garbage collector. Kept so that a port keeps its lines. */
    Vix_FreeBuffer(_p: unknown): void {},

    /**
     * Runs what is pending on a connection made with `VIX_HOSTOPTION_USE_EVENT_PUMP`: its callbacks run in here. With
     * `VIX_INVALID_HANDLE`, on all of them. Connections that are being made are always pumped. Does nothing else.
     */
    Vix_PumpEvents(hostHandle: VixHandle | 0, _options: number): void {
      const host = table.lookup(hostHandle, 'host');
      if (typeof host !== 'number') host.payload.channel.pump();
      for (const channel of [...runtime.unpumped]) {
        if (typeof host === 'number' || !channel.isAttached) channel.pump();
      }
    },
  };
}

/** Type of a property on a handle: of what a list or a finished job holds, else by the table of properties. */
function typeOnHandle(runtime: VixRuntime, entry: HandleEntry, id: number): PropertyValueType | VixError {
  const job = runtime.table.lookup(entry.handle, 'job');
  const list = runtime.table.lookup(entry.handle, 'propertyList');
  if (typeof job !== 'number') {
    if (!job.payload.isDone) return VIX_E_UNFINISHED_JOB;
    const value = jobProperties(job.payload)(id);
    return typeof value === 'number' ? value : value.type;
  }
  if (typeof list !== 'number') {
    const value = list.payload.list.get(id);
    return typeof value === 'number' ? value : value.type;
  }
  const property = propertyById(id);
  const isHeld = property !== undefined && property.of === entry.kind;
  if (!isHeld || property.type === 'none' || property.type === 'unknown') return VIX_E_UNRECOGNIZED_PROPERTY;
  return property.type;
}
