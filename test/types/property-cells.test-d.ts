import {
  createVix,
  Vix_Out,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  type VixError,
  type VixHandle,
} from 'revix';

const vix = createVix();
const job = VIX_INVALID_HANDLE;
const handle = Vix_Out<VixHandle>();
const text = Vix_Out<string>();
const number = Vix_Out<number>();
const data = Vix_Out<Uint8Array>();
const error = Vix_Out<VixError>();
const bool = Vix_Out<boolean>();
const itemName = VIX_PROPERTY_JOB_RESULT_ITEM_NAME;
const processId = VIX_PROPERTY_JOB_RESULT_PROCESS_ID;

export const accepted = [
  vix.VixJob_Wait(job, VIX_PROPERTY_NONE),
  vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE),
  vix.VixJob_Wait(
    job,
    VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
    text,
    VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
    number,
    VIX_PROPERTY_NONE,
  ),
  vix.VixJob_Wait(
    job,
    VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE,
    number,
    VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
    number,
    data,
    VIX_PROPERTY_NONE,
  ),
  vix.Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, error, VIX_PROPERTY_NONE),
  vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, text, VIX_PROPERTY_NONE),
  vix.VixPropertyList_AllocPropertyList(job, handle, VIX_PROPERTY_NONE),
  vix.VixPropertyList_AllocPropertyList(job, handle, VIX_PROPERTY_VM_ENCRYPTION_PASSWORD, 'p', VIX_PROPERTY_NONE),
];

export const refused = [
  // @ts-expect-error a string cell for a handle property
  vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, text, VIX_PROPERTY_NONE),
  // @ts-expect-error a plain number cell for a handle property
  vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, number, VIX_PROPERTY_NONE),
  // @ts-expect-error a handle cell for a 64-bit property
  vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_PROCESS_ID, handle, VIX_PROPERTY_NONE),
  // @ts-expect-error the second pair is wrong
  vix.VixJob_Wait(job, itemName, text, processId, bool, VIX_PROPERTY_NONE),
  // @ts-expect-error no terminator
  vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, handle),
  // @ts-expect-error no property at all
  vix.VixJob_Wait(job),
  // @ts-expect-error a blob takes its size as well
  vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, data, VIX_PROPERTY_NONE),
  // @ts-expect-error a value is no cell
  vix.Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, 'text', VIX_PROPERTY_NONE),
  // @ts-expect-error a wrong cell for the n-th instance
  vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, handle, VIX_PROPERTY_NONE),
  // @ts-expect-error a property list takes values of the property's type
  vix.VixPropertyList_AllocPropertyList(job, handle, VIX_PROPERTY_VM_ENCRYPTION_PASSWORD, 1, VIX_PROPERTY_NONE),
  // @ts-expect-error a plain number is no handle
  vix.VixJob_GetError(12),
];
