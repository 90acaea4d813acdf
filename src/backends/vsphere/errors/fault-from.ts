import { Fault, type FaultKind, type FaultOptions, type Retryable } from '../../../base/fault.js';
import { HttpFailure, type HttpFailureKind } from '../http/http-failure.js';
import { isRef, type DataObject } from '../soap/values.js';
import { vimSchema } from '../vim/vim-schema.js';
import { codesByFault, kindsByCode, kindsByFault } from './fault-kinds.js';
import { VimError } from './vim-error.js';

/** What was being done when something failed; it makes the message, and may change what a fault means. */
export interface FaultContext {
  /** For people: `power on`. */
  readonly doing: string;
  /** For people: the machine, file or place that it was done to. */
  readonly to?: string;
  /** Kinds for faults that mean something of their own here; they count for types below them, too. */
  readonly meanings?: Readonly<Record<string, FaultKind>>;
}

/**
 * Turns whatever a call or a task ended with into a fault. In this order: the exact VIX code that Tools writes into the
 * text of a SystemError, what the fault means in this context, what it means in general, what the nearest known type
 * above it means, what the fault behind it means.
 *
 * A Fault passes as it is, and so does what is neither a fault of vSphere nor a failure of HTTP: the reason of an
 * aborted signal, or a defect.
 */
export function faultFrom(error: unknown, context: FaultContext): unknown {
  if (error instanceof HttpFailure) return faultOfHttp(error, context);
  if (error instanceof VimError) return faultOfVim(error, context);
  return error;
}

function faultOfVim(error: VimError, context: FaultContext): Fault {
  const { fault } = error;
  const named = codeInText(error);
  if (named !== undefined) {
    const kind = kindsByCode[named.code] ?? 'internal';
    return new Fault(kind, messageOf(error, context, kind), {
      vixCode: named.code,
      ...(named.guestError === 0 ? {} : { guestError: named.guestError }),
      retryable: kind === 'busy' || kind === 'tools-not-running' ? 'same-call' : 'no',
      cause: error,
    });
  }
  const kind = kindOf(fault, context.meanings ?? {});
  const vixCode = codeByObject(fault) ?? codesByFault[fault.$type];
  const options: FaultOptions = {
    ...(vixCode === undefined ? {} : { vixCode }),
    retryable: retryableByKind[kind] ?? 'no',
    cause: error,
  };
  return new Fault(kind, messageOf(error, context, kind), options);
}

const retryableByKind: Partial<Record<FaultKind, Retryable>> = {
  busy: 'same-call',
  'connection-lost': 'after-relogin',
  'tools-not-running': 'when-state-changes',
  'vm-host-disconnected': 'when-state-changes',
};

/**
 * The VIX code, and the errno or GetLastError beside it, in the text of a fault: Tools answers `vix error codes =
 * (3016, 0)` where vSphere has no fault of its own. The server translates the rest of the text, but never this.
 */
function codeInText(error: VimError): { readonly code: number; readonly guestError: number } | undefined {
  const texts = [error.message, error.fault['reason']];
  for (const text of texts) {
    const [, code, guestError] = /vix error codes = \((\d+), (\d+)\)/.exec(typeof text === 'string' ? text : '') ?? [];
    if (code !== undefined && Number(code) > 0) return { code: Number(code), guestError: Number(guestError) };
  }
  return undefined;
}

/** What a fault means. @param meanings those of the context. */
function kindOf(fault: DataObject, meanings: Readonly<Record<string, FaultKind>>): FaultKind {
  const inner = fault.$type === 'UnexpectedFault' ? fault['fault'] : fault.faultCause;
  const own = ownKindOf(fault, meanings);
  if (own !== 'internal') return own;
  const cause = causeIn(inner);
  return cause === undefined ? own : kindOf(cause, meanings);
}

function ownKindOf(fault: DataObject, meanings: Readonly<Record<string, FaultKind>>): FaultKind {
  for (let type: string | undefined = fault.$type; type !== undefined; type = baseOf(type)) {
    const kind = meanings[type] ?? kindByFields(type, fault) ?? kindsByFault[type];
    if (kind !== undefined) return kind;
  }
  return 'internal';
}

/** Faults that mean different things by what they say. */
function kindByFields(type: string, fault: DataObject): FaultKind | undefined {
  if (type === 'InvalidPowerState' && fault['existingState'] === 'poweredOn') return 'vm-running';
  if (type === 'ManagedObjectNotFound') return objectKinds[refTypeOf(fault['obj'])];
  return undefined;
}

/** The server forgets these when it restarts, or when the session ends. */
const passingObjects = ['Task', 'PropertyCollector', 'PropertyFilter', 'ContainerView', 'ListView'] as const;

const objectKinds: Readonly<Record<string, FaultKind>> = {
  VirtualMachineSnapshot: 'snapshot-not-found',
  ...Object.fromEntries(passingObjects.map((type) => [type, 'connection-lost' as const])),
};

/** VIX_E_OBJECT_NOT_FOUND. */
const objectNotFoundCode = 25;

function codeByObject(fault: DataObject): number | undefined {
  if (fault.$type !== 'ManagedObjectNotFound') return undefined;
  return objectKinds[refTypeOf(fault['obj'])] === 'connection-lost' ? objectNotFoundCode : undefined;
}

function refTypeOf(value: unknown): string {
  return isRef(value) ? value.type : '';
}

/** The type above another; undefined for the topmost, and for one that is newer than the tables. */
function baseOf(type: string): string | undefined {
  const known = vimSchema.dataType(type);
  if (known !== undefined) return known.base;
  // Some servers name the element that holds a fault in place of its type.
  const inner = type.replace(/Fault$/, '');
  return vimSchema.dataType(inner) === undefined ? undefined : inner;
}

/** A fault, or the fault in a LocalizedMethodFault. */
function causeIn(value: unknown): DataObject | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('fault' in value) return causeIn(value.fault);
  return '$type' in value && typeof value.$type === 'string' ? (value as DataObject) : undefined;
}

const httpKinds: Readonly<Record<HttpFailureKind, FaultKind>> = {
  resolve: 'host-name-unresolved',
  connect: 'host-unreachable',
  proxy: 'host-unreachable',
  tls: 'host-unreachable',
  certificate: 'host-certificate',
  lost: 'connection-lost',
  timeout: 'host-timeout',
  unavailable: 'host-unavailable',
  refused: 'host-permission',
  'bad-answer': 'connection-lost',
};

function faultOfHttp(error: HttpFailure, context: FaultContext): Fault {
  const doubt = error.mayHaveRun ? ' The server may have carried it out all the same; look before trying again.' : '';
  return new Fault(httpKinds[error.kind], `${subject(context)}: ${sentence(error.message)}${doubt}`, {
    retryable: error.mayHaveRun || error.kind === 'certificate' ? 'no' : 'same-call',
    cause: error,
  });
}

/** What to do about it, for the kinds where something can be said. */
const advice: Partial<Record<FaultKind, string>> = {
  busy: 'Try again when the operation that runs on it has ended.',
  licence: 'A free licence of ESXi allows the API to read only; a licensed host, or its vCenter, is needed.',
  'tools-not-running': 'Start or install VMware Tools in the guest, and wait for it with VixVM_WaitForToolsInGuest.',
  'vm-question-pending': 'Answer the question of the machine in the vSphere client.',
  'vm-host-disconnected': 'The ESXi host of the machine is not connected to its vCenter.',
  'vm-not-found': 'It may have been removed or moved; open it again by its path.',
  'guest-operation-disabled':
    'The section [guestoperations] of tools.conf in the guest, or a solution in vCenter, forbids it.',
  'guest-login-refused':
    'Check name and password, the domain (DOMAIN\\user), and whether the guest lets the user log in: on Linux the PAM ' +
    'rules of vmtoolsd, the shell of the user (in /etc/shells) and SELinux count, too.',
};

function messageOf(error: VimError, context: FaultContext, kind: FaultKind): string {
  const said = [sentence(error.message), detailOf(error), advice[kind]];
  return `${subject(context)}: ${said.filter((part) => part !== undefined && part !== '').join(' ')}`;
}

function detailOf(error: VimError): string | undefined {
  const { fault } = error;
  if (fault.$type === 'NoPermission') {
    const privilege = typeof fault['privilegeId'] === 'string' ? fault['privilegeId'] : 'that it needs';
    return `The user of the connection lacks the privilege ${privilege} on ${valueOf(fault['object'])}.`;
  }
  const details = ['reason', 'text', 'file', 'name', 'invalidProperty', 'argumentName']
    .map((field) => fault[field])
    .filter((value) => typeof value === 'string' && value !== '' && !error.message.includes(value));
  const type = error.message.includes(fault.$type) ? [] : [fault.$type];
  const parts = [...type, ...details];
  return parts.length === 0 ? undefined : `(${parts.join(': ')})`;
}

function valueOf(ref: unknown): string {
  return isRef(ref) ? ref.value : 'the object';
}

function subject({ doing, to }: FaultContext): string {
  return to === undefined ? doing : `${doing} ${to}`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
