import type { PropertyValueType } from './types.js';

/** Where a property can be read: on a handle of that type, in the list given to callbacks, or only passed in. */
export type PropertyOwner = 'host' | 'vm' | 'job' | 'snapshot' | 'event' | 'input' | 'any';

/** One public VIX property. */
export interface PropertyRow {
  readonly id: number;
  /** Type of the value; `unknown` where no source tells it and no function yields the property. */
  readonly type: PropertyValueType | 'none' | 'unknown';
  readonly of: PropertyOwner;
  readonly removedIn?: string;
}

/** Every public VIX property of all header generations. */
export const properties = {
  VIX_PROPERTY_NONE: { id: 0, type: 'none', of: 'any' },
  VIX_PROPERTY_META_DATA_CONTAINER: { id: 2, type: 'handle', of: 'any' },
  VIX_PROPERTY_HOST_HOSTTYPE: { id: 50, type: 'integer', of: 'host' },
  VIX_PROPERTY_HOST_API_VERSION: { id: 51, type: 'integer', of: 'host' },
  VIX_PROPERTY_HOST_SOFTWARE_VERSION: { id: 52, type: 'string', of: 'host' },
  VIX_PROPERTY_VM_NUM_VCPUS: { id: 101, type: 'integer', of: 'vm' },
  VIX_PROPERTY_VM_VMX_PATHNAME: { id: 103, type: 'string', of: 'vm' },
  VIX_PROPERTY_VM_VMTEAM_PATHNAME: { id: 105, type: 'string', of: 'vm' },
  VIX_PROPERTY_VM_MEMORY_SIZE: { id: 106, type: 'integer', of: 'vm' },
  VIX_PROPERTY_VM_READ_ONLY: { id: 107, type: 'bool', of: 'vm' },
  VIX_PROPERTY_VM_NAME: { id: 108, type: 'string', of: 'vm' },
  VIX_PROPERTY_VM_GUESTOS: { id: 109, type: 'string', of: 'vm' },
  VIX_PROPERTY_VM_IN_VMTEAM: { id: 128, type: 'bool', of: 'vm' },
  VIX_PROPERTY_VM_POWER_STATE: { id: 129, type: 'integer', of: 'vm' },
  VIX_PROPERTY_VM_TOOLS_STATE: { id: 152, type: 'integer', of: 'vm' },
  VIX_PROPERTY_VM_IS_RUNNING: { id: 196, type: 'bool', of: 'vm' },
  VIX_PROPERTY_VM_SUPPORTED_FEATURES: { id: 197, type: 'integer', of: 'vm' },
  VIX_PROPERTY_VM_IS_RECORDING: { id: 236, type: 'bool', of: 'vm', removedIn: '1.11' },
  VIX_PROPERTY_VM_IS_REPLAYING: { id: 237, type: 'bool', of: 'vm', removedIn: '1.11' },
  VIX_PROPERTY_VM_SSL_ERROR: { id: 293, type: 'bool', of: 'vm' },
  VIX_PROPERTY_VM_SSL_PEER_SHA1_THUMBPRINT: { id: 294, type: 'string', of: 'vm', removedIn: 'header 2011-01-25' },
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE: { id: 3000, type: 'int64', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_VM_IN_GROUP: { id: 3001, type: 'unknown', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_USER_MESSAGE: { id: 3002, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_EXIT_CODE: { id: 3004, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_COMMAND_OUTPUT: { id: 3005, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_HANDLE: { id: 3010, type: 'handle', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS: { id: 3011, type: 'bool', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME: { id: 3017, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE: { id: 3018, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME: { id: 3035, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_FOUND_ITEM_DESCRIPTION: { id: 3036, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT: { id: 3046, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST: { id: 3048, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS: { id: 3049, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID: { id: 3051, type: 'int64', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER: { id: 3052, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND: { id: 3053, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS: { id: 3054, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME: { id: 3055, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING: { id: 3056, type: 'string', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED: { id: 3057, type: 'bool', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE: { id: 3058, type: 'integer', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA: { id: 3059, type: 'blob', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE: { id: 3061, type: 'int64', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME: { id: 3062, type: 'int64', of: 'job' },
  VIX_PROPERTY_JOB_RESULT_EXTRA_ERROR_INFO: { id: 3084, type: 'unknown', of: 'job' },
  VIX_PROPERTY_FOUND_ITEM_LOCATION: { id: 4010, type: 'string', of: 'event' },
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME: { id: 4200, type: 'string', of: 'snapshot' },
  VIX_PROPERTY_SNAPSHOT_DESCRIPTION: { id: 4201, type: 'string', of: 'snapshot' },
  VIX_PROPERTY_SNAPSHOT_POWERSTATE: { id: 4205, type: 'integer', of: 'snapshot' },
  VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE: { id: 4207, type: 'bool', of: 'snapshot', removedIn: '1.11' },
  VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH: { id: 4525, type: 'string', of: 'vm' },
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD: { id: 7001, type: 'string', of: 'input' },
} as const satisfies Record<string, PropertyRow>;

/** Name of a public VIX property. */
export type VixPropertyName = keyof typeof properties;
