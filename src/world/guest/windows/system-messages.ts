import { Fault, type FaultKind } from '../../../base/fault.js';

/** An error of the Windows system: its number and its text. */
export interface SystemMessage {
  readonly code: number;
  readonly text: string;
}

/** System errors by what they are about. */
export const systemMessages = {
  fileNotFound: { code: 2, text: 'The system cannot find the file specified.' },
  pathNotFound: { code: 3, text: 'The system cannot find the path specified.' },
  accessDenied: { code: 5, text: 'Access is denied.' },
  outOfProcesses: { code: 8, text: 'Not enough memory resources are available to process this command.' },
  invalidParameter: { code: 87, text: 'The parameter is incorrect.' },
  diskFull: { code: 112, text: 'There is not enough space on the disk.' },
  invalidName: { code: 123, text: 'The filename, directory name, or volume label syntax is incorrect.' },
  directoryNotEmpty: { code: 145, text: 'The directory is not empty.' },
  alreadyExists: { code: 183, text: 'Cannot create a file when that file already exists.' },
  badExecutable: { code: 193, text: 'The system cannot execute the specified program.' },
  nameTooLong: { code: 206, text: 'The filename or extension is too long.' },
  invalidDirectory: { code: 267, text: 'The directory name is invalid.' },
  unresolvedLink: { code: 1921, text: 'The name of the file cannot be resolved by the system.' },
} as const satisfies Record<string, SystemMessage>;

const messagesByKind: Partial<Record<FaultKind, SystemMessage>> = {
  'file-not-found': systemMessages.fileNotFound,
  'file-exists': systemMessages.alreadyExists,
  'already-exists': systemMessages.alreadyExists,
  'file-access': systemMessages.accessDenied,
  'guest-permission': systemMessages.accessDenied,
  'file-read-only': systemMessages.accessDenied,
  'not-a-file': systemMessages.accessDenied,
  'not-a-directory': systemMessages.invalidDirectory,
  'directory-not-empty': systemMessages.directoryNotEmpty,
  'disk-full': systemMessages.diskFull,
  'file-name-too-long': systemMessages.nameTooLong,
  'file-name-invalid': systemMessages.invalidName,
  'invalid-argument': systemMessages.invalidParameter,
  'too-many-links': systemMessages.unresolvedLink,
  'program-not-started': systemMessages.badExecutable,
  busy: systemMessages.outOfProcesses,
};

/** A refusal by the system of the guest, with its number and text. */
export class SystemFailure extends Error {
  readonly systemMessage: SystemMessage;

  constructor(systemMessage: SystemMessage) {
    super(systemMessage.text);
    this.name = 'SystemFailure';
    this.systemMessage = systemMessage;
  }
}

/** The system error that a fault of the guest stands for. What is not the guest's own failure is thrown on. */
export function systemMessageOf(error: unknown): SystemMessage {
  if (error instanceof SystemFailure) return error.systemMessage;
  const message = error instanceof Fault ? messagesByKind[error.kind] : undefined;
  if (message === undefined) throw error;
  return message;
}
