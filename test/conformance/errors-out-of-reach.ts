import type { VixFunctionName } from '../../src/vix/functions.js';

/** Errors that the page of a function names and that no program meets over the mock, and why. */
interface OutOfReach {
  readonly reason: string;
  readonly errors: readonly (readonly [VixFunctionName, string])[];
}

export const errorsOutOfReach: readonly OutOfReach[] = [
  {
    reason: 'a cell takes a value of any type at run time; a cell of the wrong type does not compile',
    errors: [
      ['Vix_GetProperties', 'VIX_E_TYPE_MISMATCH'],
      ['VixJob_Wait', 'VIX_E_TYPE_MISMATCH'],
      ['VixJob_GetNthProperties', 'VIX_E_TYPE_MISMATCH'],
    ],
  },
  {
    reason: 'a property list does not depend on the handle it is made with, so any will do',
    errors: [['VixPropertyList_AllocPropertyList', 'VIX_E_INVALID_HANDLE']],
  },
  {
    reason: 'a value of the wrong type gives VIX_E_TYPE_MISMATCH, as the list in open-vm-tools does',
    errors: [['VixPropertyList_AllocPropertyList', 'VIX_E_PROPERTY_TYPE_MISMATCH']],
  },
  {
    reason: 'there is no wrapper library that picks one of several installed products',
    errors: [
      ['VixHost_Connect', 'VIX_E_WRAPPER_MULTIPLE_SERVICEPROVIDERS'],
      ['VixHost_Connect', 'VIX_E_WRAPPER_SERVICEPROVIDER_NOT_FOUND'],
      ['VixHost_Connect', 'VIX_E_WRAPPER_VERSION_NOT_FOUND'],
      ['VixHost_Connect', 'VIX_E_WRAPPER_WORKSTATION_NOT_INSTALLED'],
      ['VixHost_Connect', 'VIX_E_WRAPPER_PLAYER_NOT_INSTALLED'],
    ],
  },
  {
    reason: 'a host that does not answer is VIX_E_CANNOT_CONNECT_TO_HOST, whatever carried the request',
    errors: [['VixHost_Connect', 'VIX_E_NET_HTTP_COULDNT_CONNECT']],
  },
  {
    reason: 'the mock shows no windows, so it needs no display',
    errors: [['VixVM_PowerOn', 'VIX_E_NO_DISPLAY_SERVER']],
  },
  {
    reason: 'the installer of the mock comes from no image file',
    errors: [
      ['VixVM_InstallTools', 'VIX_E_TOOLS_INSTALL_IMAGE_INACCESIBLE'],
      ['VixVM_InstallTools', 'VIX_E_TOOLS_INSTALL_INIT_FAILED'],
    ],
  },
  {
    reason: 'the picture of a mock console always fits and always compresses',
    errors: [
      ['VixVM_CaptureScreenImage', 'VIX_E_SCREEN_CAPTURE_COMPRESSION_FAIL'],
      ['VixVM_CaptureScreenImage', 'VIX_E_SCREEN_CAPTURE_LARGE_DATA'],
    ],
  },
  {
    reason: 'snapshots of the mock have no files of their own whose disk could be locked or unreadable',
    errors: [
      ['VixVM_RemoveSnapshot', 'VIX_E_SNAPSHOT_DISKLOCKED'],
      ['VixVM_RemoveSnapshot', 'VIX_E_SNAPSHOT_NOPERM'],
    ],
  },
  {
    reason: 'the mock has no independent disks',
    errors: [['VixVM_CreateSnapshot', 'VIX_E_SNAPSHOT_INDEPENDENTDISK']],
  },
];
