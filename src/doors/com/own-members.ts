import { isCell } from '../../api/property-cells.js';
import { Vix_Out } from '../../api/vix-out.js';
import type { VixFunctionName } from '../../vix/functions.js';
import { VIX_ERROR_CODE, VIX_FAILED, VIX_SUCCEEDED } from '../../vix/macros.js';
import {
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_NONE,
} from '../../vix/names.js';
import type { VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
import { call, callPlain } from '../door-calls.js';
import type { Flow } from '../flow.js';
import { readObjects } from './com-call.js';
import type { ComDoor, ComObject } from './com-door.js';

/** A member with a signature of its own. */
export interface OwnMember {
  /** The VIX function behind it; null where none is needed. */
  readonly reaches: VixFunctionName | null;
  readonly run: (door: ComDoor, self: ComObject, ...args: readonly never[]) => unknown;
}

/** The members whose signature is not that of one VIX function, by interface. */
export const ownMembers = {
  IVixLib: {
    ErrorCode: { reaches: null, run: (_door, _self, err: VixError) => VIX_ERROR_CODE(err) },
    ErrorIndicatesSuccess: { reaches: null, run: (_door, _self, err: VixError) => VIX_SUCCEEDED(err) },
    ErrorIndicatesFailure: { reaches: null, run: (_door, _self, err: VixError) => VIX_FAILED(err) },
  },
  IVixHandle: {
    Equals: { reaches: null, run: equals },
    Close: { reaches: 'Vix_ReleaseHandle', run: (door, self) => door.letGo(self) },
  },
  IJob: {
    WaitWithoutResults: {
      reaches: 'VixJob_Wait',
      run: (door, self) => door.drive(call(door.vix, 'VixJob_Wait', door.handleOf(self), VIX_PROPERTY_NONE)),
    },
  },
  IHost: {
    CreatePropertyList: { reaches: 'VixPropertyList_AllocPropertyList', run: createList },
  },
  IPropertyList: {
    GetProperty: {
      reaches: 'Vix_GetProperties',
      run: (door, self, id: VixPropertyID, cell: unknown) => door.drive(getProperty(door, self, id, cell)),
    },
    SetProperty: { reaches: 'VixPropertyList_AllocPropertyList', run: setProperty },
  },
} as const satisfies Record<string, Readonly<Record<string, OwnMember>>>;

function equals(door: ComDoor, self: ComObject, other: unknown): boolean {
  const handle = door.handleOf(self);
  return handle !== VIX_INVALID_HANDLE && handle === door.handleOf(other);
}

/** What has been set in each list: VIX makes a list whole, so a change makes it anew. */
const contents = new WeakMap<ComObject, ReadonlyMap<VixPropertyID, unknown>>();

function allocate(door: ComDoor, owner: VixHandle, content: ReadonlyMap<VixPropertyID, unknown>) {
  const list = Vix_Out<VixHandle>();
  const values = [...content].flat();
  const error = callPlain(door.vix, 'VixPropertyList_AllocPropertyList', owner, list, ...values, VIX_PROPERTY_NONE);
  return { error, list: list.value };
}

function createList(door: ComDoor, self: ComObject, cell: unknown): VixError {
  if (!isCell(cell)) return VIX_E_INVALID_ARG;
  const { error, list } = allocate(door, door.handleOf(self), new Map());
  cell.value = error === VIX_OK ? door.wrap(list) : null;
  return error;
}

function* getProperty(door: ComDoor, self: ComObject, id: VixPropertyID, cell: unknown): Flow<VixError> {
  if (!isCell(cell)) return VIX_E_INVALID_ARG;
  const values = Vix_Out<unknown>();
  const error = yield* readObjects(door, 'Vix_GetProperties', [door.handleOf(self)], [id], values);
  cell.value = Array.isArray(values.value) ? values.value[0] : undefined;
  return error;
}

function setProperty(door: ComDoor, self: ComObject, id: VixPropertyID, value: unknown): VixError {
  const handle = door.handleOf(self);
  if (handle === VIX_INVALID_HANDLE) return VIX_E_INVALID_HANDLE;
  const content = new Map(contents.get(self)).set(id, door.handleOf(value) || value);
  const { error, list } = allocate(door, handle, content);
  if (error !== VIX_OK) return error;
  door.letGo(self);
  door.hold(self, list);
  contents.set(self, content);
  return VIX_OK;
}
