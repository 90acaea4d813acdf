import { describe, expectTypeOf, it, expect } from 'vitest';
import * as door from '../../../dist/doors/sync/index.js';
import {
  type SyncVix,
  VixHost_Connect,
  VixJob_Wait,
  VixSnapshot_GetNumChildren,
  Vix_GetProperties,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  Vix_Out,
  type VixError,
  type VixHandle,
} from '../../../dist/doors/sync/index.js';

/** Calls that must not compile. Never run: the compiler is the test. */
export function wrongCalls(job: VixHandle): void {
  // @ts-expect-error a string cell for a handle
  VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, Vix_Out<string>(), VIX_PROPERTY_NONE);
  // @ts-expect-error a blob takes two cells
  VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, Vix_Out<Uint8Array>(), VIX_PROPERTY_NONE);
  // @ts-expect-error the terminator is missing
  Vix_GetProperties(job, VIX_PROPERTY_VM_NAME, Vix_Out<string>());
  // @ts-expect-error any number is no handle
  VixJob_Wait(1, VIX_PROPERTY_NONE);
  // @ts-expect-error an out parameter takes a cell
  VixSnapshot_GetNumChildren(job, 0);
  // @ts-expect-error options in code cannot cross to the engine's thread
  door.createVix({ backends: [] });
}

/** Calls that must compile. Never run. */
export function rightCalls(job: VixHandle): void {
  VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, Vix_Out<VixError>(), VIX_PROPERTY_NONE);
  const id = VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA;
  VixJob_Wait(job, id, Vix_Out<number>(), Vix_Out<Uint8Array>(), VIX_PROPERTY_NONE);
  Vix_GetProperties(job, VIX_PROPERTY_VM_NAME, Vix_Out<string>(), VIX_PROPERTY_NONE);
}

describe('the types of the blocking door', () => {
  it('give no promise anywhere', () => {
    type Returns = { [Name in keyof SyncVix]: ReturnType<SyncVix[Name]> }[keyof SyncVix];
    expectTypeOf<Extract<Returns, Promise<unknown>>>().toBeNever();
    expectTypeOf(VixJob_Wait).returns.toEqualTypeOf<VixError>();
    expectTypeOf(Vix_GetProperties).returns.toEqualTypeOf<VixError>();
    expectTypeOf(VixSnapshot_GetNumChildren).returns.toEqualTypeOf<VixError>();
    expectTypeOf(VixHost_Connect).returns.toEqualTypeOf<VixHandle>();
    expectTypeOf(door.Revix_Close).returns.toEqualTypeOf<void>();
  });

  it('are those of what the door exports', () => {
    const functionsOf = (object: object) => Object.keys(object).filter((name) => /^(?:Vix|Revix)[A-Za-z]*_/.test(name));
    const vix = door.createVix();
    expect(functionsOf(vix)).toHaveLength(88);
    expect(
      functionsOf(door)
        .filter((name) => name !== 'Vix_Out')
        .toSorted(),
    ).toEqual(functionsOf(vix).toSorted());
    vix.Revix_Close();
  });
});
