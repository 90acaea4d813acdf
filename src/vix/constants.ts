/** A group of constants that belong together. */
export interface ConstantGroup {
  /** The C type of a parameter that takes these values; absent where C declares a plain `int` or a string. */
  readonly cType?: string;
  readonly values: Readonly<Record<string, number | string>>;
  /** Constant name -> the VIX release (or header date) that dropped it. */
  readonly removedIn?: Readonly<Record<string, string>>;
}

/**
 * Every public VIX constant that is neither an error code nor a property id, by the group it belongs to.
 * The union of all header generations: a constant that a release dropped stays, because old programs use it.
 */
export const constants = {
  handle: {
    cType: 'VixHandle',
    values: {
      VIX_INVALID_HANDLE: 0,
    },
  },
  handleTypes: {
    cType: 'VixHandleType',
    values: {
      VIX_HANDLETYPE_NONE: 0,
      VIX_HANDLETYPE_HOST: 2,
      VIX_HANDLETYPE_VM: 3,
      VIX_HANDLETYPE_NETWORK: 5,
      VIX_HANDLETYPE_JOB: 6,
      VIX_HANDLETYPE_SNAPSHOT: 7,
      VIX_HANDLETYPE_PROPERTY_LIST: 9,
      VIX_HANDLETYPE_METADATA_CONTAINER: 11,
    },
  },
  propertyTypes: {
    cType: 'VixPropertyType',
    values: {
      VIX_PROPERTYTYPE_ANY: 0,
      VIX_PROPERTYTYPE_INTEGER: 1,
      VIX_PROPERTYTYPE_STRING: 2,
      VIX_PROPERTYTYPE_BOOL: 3,
      VIX_PROPERTYTYPE_HANDLE: 4,
      VIX_PROPERTYTYPE_INT64: 5,
      VIX_PROPERTYTYPE_BLOB: 6,
    },
  },
  eventTypes: {
    cType: 'VixEventType',
    values: {
      VIX_EVENTTYPE_JOB_COMPLETED: 2,
      VIX_EVENTTYPE_JOB_PROGRESS: 3,
      VIX_EVENTTYPE_FIND_ITEM: 8,
      VIX_EVENTTYPE_CALLBACK_SIGNALLED: 2,
    },
  },
  fileAttributes: {
    values: {
      VIX_FILE_ATTRIBUTES_DIRECTORY: 0x0001,
      VIX_FILE_ATTRIBUTES_SYMLINK: 0x0002,
    },
  },
  hostOptions: {
    cType: 'VixHostOptions',
    values: {
      VIX_HOSTOPTION_VERIFY_SSL_CERT: 0x4000,
      VIX_HOSTOPTION_USE_EVENT_PUMP: 0x0008,
    },
    removedIn: {
      VIX_HOSTOPTION_USE_EVENT_PUMP: '1.11',
    },
  },
  serviceProviders: {
    cType: 'VixServiceProvider',
    values: {
      VIX_SERVICEPROVIDER_DEFAULT: 1,
      VIX_SERVICEPROVIDER_VMWARE_SERVER: 2,
      VIX_SERVICEPROVIDER_VMWARE_WORKSTATION: 3,
      VIX_SERVICEPROVIDER_VMWARE_PLAYER: 4,
      VIX_SERVICEPROVIDER_VMWARE_VI_SERVER: 10,
      VIX_SERVICEPROVIDER_VMWARE_WORKSTATION_SHARED: 11,
    },
  },
  apiVersion: {
    values: {
      VIX_API_VERSION: -1,
    },
  },
  findTypes: {
    cType: 'VixFindItemType',
    values: {
      VIX_FIND_RUNNING_VMS: 1,
      VIX_FIND_REGISTERED_VMS: 4,
    },
  },
  vmOpenOptions: {
    cType: 'VixVMOpenOptions',
    values: {
      VIX_VMOPEN_NORMAL: 0,
    },
  },
  pumpEventOptions: {
    cType: 'VixPumpEventsOptions',
    values: {
      VIX_PUMPEVENTOPTION_NONE: 0,
    },
    removedIn: {
      VIX_PUMPEVENTOPTION_NONE: '1.11',
    },
  },
  powerOps: {
    cType: 'VixVMPowerOpOptions',
    values: {
      VIX_VMPOWEROP_NORMAL: 0x0000,
      VIX_VMPOWEROP_FROM_GUEST: 0x0004,
      VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON: 0x0080,
      VIX_VMPOWEROP_LAUNCH_GUI: 0x0200,
      VIX_VMPOWEROP_START_VM_PAUSED: 0x1000,
    },
  },
  vmDeleteOptions: {
    cType: 'VixVMDeleteOptions',
    values: {
      VIX_VMDELETE_DISK_FILES: 0x0002,
    },
  },
  powerStates: {
    cType: 'VixPowerState',
    values: {
      VIX_POWERSTATE_POWERING_OFF: 0x0001,
      VIX_POWERSTATE_POWERED_OFF: 0x0002,
      VIX_POWERSTATE_POWERING_ON: 0x0004,
      VIX_POWERSTATE_POWERED_ON: 0x0008,
      VIX_POWERSTATE_SUSPENDING: 0x0010,
      VIX_POWERSTATE_SUSPENDED: 0x0020,
      VIX_POWERSTATE_TOOLS_RUNNING: 0x0040,
      VIX_POWERSTATE_RESETTING: 0x0080,
      VIX_POWERSTATE_BLOCKED_ON_MSG: 0x0100,
      VIX_POWERSTATE_PAUSED: 0x0200,
      VIX_POWERSTATE_RESUMING: 0x0800,
    },
  },
  toolsStates: {
    cType: 'VixToolsState',
    values: {
      VIX_TOOLSSTATE_UNKNOWN: 0x0001,
      VIX_TOOLSSTATE_RUNNING: 0x0002,
      VIX_TOOLSSTATE_NOT_INSTALLED: 0x0004,
    },
  },
  vmSupportFlags: {
    values: {
      VIX_VM_SUPPORT_SHARED_FOLDERS: 0x0001,
      VIX_VM_SUPPORT_MULTIPLE_SNAPSHOTS: 0x0002,
      VIX_VM_SUPPORT_TOOLS_INSTALL: 0x0004,
      VIX_VM_SUPPORT_HARDWARE_UPGRADE: 0x0008,
    },
  },
  loginOptions: {
    values: {
      VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT: 0x0008,
    },
  },
  specialUserNames: {
    values: {
      VIX_ANONYMOUS_USER_NAME: '__VMware_Vix_Guest_User_Anonymous__',
      VIX_ADMINISTRATOR_USER_NAME: '__VMware_Vix_Guest_User_Admin__',
      VIX_CONSOLE_USER_NAME: '__VMware_Vix_Guest_Console_User__',
    },
    removedIn: {
      VIX_ANONYMOUS_USER_NAME: 'header 2009-06 (1.8)',
      VIX_ADMINISTRATOR_USER_NAME: '1.1.3 and 1.6 (commented out in later headers)',
      VIX_CONSOLE_USER_NAME: '1.1.3 and 1.6 (commented out in later headers)',
    },
  },
  runProgramOptions: {
    cType: 'VixRunProgramOptions',
    values: {
      VIX_RUNPROGRAM_RETURN_IMMEDIATELY: 0x0001,
      VIX_RUNPROGRAM_ACTIVATE_WINDOW: 0x0002,
    },
  },
  variableTypes: {
    values: {
      VIX_VM_GUEST_VARIABLE: 1,
      VIX_VM_CONFIG_RUNTIME_ONLY: 2,
      VIX_GUEST_ENVIRONMENT_VARIABLE: 3,
    },
  },
  removeSnapshotOptions: {
    cType: 'VixRemoveSnapshotOptions',
    values: {
      VIX_SNAPSHOT_REMOVE_CHILDREN: 0x0001,
    },
  },
  createSnapshotOptions: {
    cType: 'VixCreateSnapshotOptions',
    values: {
      VIX_SNAPSHOT_INCLUDE_MEMORY: 0x0002,
    },
  },
  sharedFolderFlags: {
    cType: 'VixMsgSharedFolderOptions',
    values: {
      VIX_SHAREDFOLDER_WRITE_ACCESS: 0x0004,
    },
  },
  captureScreenFormats: {
    values: {
      VIX_CAPTURESCREENFORMAT_PNG: 0x0001,
      VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS: 0x0002,
      VIX_CAPTURESCREENFORMAT_BITMAP: 0x0000,
    },
    removedIn: {
      VIX_CAPTURESCREENFORMAT_BITMAP: '1.6',
    },
  },
  cloneTypes: {
    cType: 'VixCloneType',
    values: {
      VIX_CLONETYPE_FULL: 0,
      VIX_CLONETYPE_LINKED: 1,
    },
  },
  installToolsOptions: {
    values: {
      VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER: 0x0000,
      VIX_INSTALLTOOLS_AUTO_UPGRADE: 0x0001,
      VIX_INSTALLTOOLS_RETURN_IMMEDIATELY: 0x0002,
    },
  },
} as const satisfies Record<string, ConstantGroup>;

/** Name of a group of constants. */
export type ConstantGroupName = keyof typeof constants;
