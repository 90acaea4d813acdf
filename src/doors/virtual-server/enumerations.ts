/** States of a virtual machine. */
export const VMVMState = {
  Invalid: 0,
  TurnedOff: 1,
  Saved: 2,
  TurningOn: 3,
  Restoring: 4,
  Running: 5,
  Paused: 6,
  Saving: 7,
  TurningOff: 8,
  MergingDrives: 9,
  DeleteMachine: 10,
} as const;

/** How a task has ended. */
export const VMTaskResult = {
  Success: 0,
  Cancelled: 1,
  UnexpectedError: 2,
  OutOfMemoryError: 3,
  DiskRelatedError: 4,
  IncompatibleSavedStateError: 5,
  TimeOutError: 6,
  IllegalValueError: 7,
  ThreadCrashError: 8,
} as const;
