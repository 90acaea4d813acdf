import type { Secret } from '../base/secret.js';
import type { ArgsOf, MethodName, ResultOf } from '../backends/vsphere/vim/vim-call.js';
import type { Ref } from './ref.js';
import type { Session, SessionOrigin } from './sessions.js';

/** One call of a method. Its session has the privileges that the tables of the wire name for it. */
export interface MethodRequest<Args = MethodArguments> {
  readonly session: Session;
  /** The object that the method was called on. */
  readonly self: Ref;
  readonly args: Args;
  /** Aborted when the client has gone, or the server closes. */
  readonly signal: AbortSignal;
  /** Where the call came from; absent when it came from within the process. */
  readonly client?: CallingClient;
}

/** The client of a call, as the methods see it that begin and end sessions. */
export interface CallingClient extends SessionOrigin {
  /** A signed token of the message's header, as XML. */
  readonly security: Secret | undefined;
  /** Tells the client to use this session from now on. */
  useSession(session: Session): void;
}

/** Arguments by their names on the wire, decoded. What is optional and was not sent is missing. */
export type MethodArguments = Readonly<Record<string, unknown>>;

/** How one method of a managed type is answered. */
export interface Method<Target> {
  /** What the session needs on the object beside what the tables of the wire name; null: no more. */
  readonly privilege: string | null;
  /** @returns the result, undefined for none. @throws VimFault, or a Fault of the world. */
  run(target: Target, request: MethodRequest): unknown;
}

/** Answers to methods by their names, with arguments and results as the tables of the wire have them. */
export type VimHandlers<Target> = {
  readonly [Name in MethodName]?: (
    target: Target,
    request: MethodRequest<ArgsOf<Name>>,
  ) => ResultOf<Name> | Promise<ResultOf<Name>>;
};

/** Methods of a managed type from typed answers. */
export function vimMethods<Target>(handlers: VimHandlers<Target>): Readonly<Record<string, Method<Target>>> {
  // The decoder has checked that the arguments have the types of the method's row.
  const entries = Object.entries(handlers as Readonly<Record<string, Method<Target>['run']>>);
  return Object.fromEntries(entries.map(([name, run]): [string, Method<Target>] => [name, { privilege: null, run }]));
}

/** A managed type as this server answers it. Types that clients know but this table lacks do not exist here. */
export interface ManagedKind<Target> {
  /** Concrete type on the wire, like `VirtualMachine`. */
  readonly type: string;
  /** Properties by name, worked out when somebody asks; some differ by session. undefined: unset at present. */
  readonly properties: Readonly<Record<string, (target: Target, session: Session) => unknown>>;
  readonly methods: Readonly<Record<string, Method<Target>>>;
}

/** An object with its type, ready to be asked. */
export interface ManagedObject {
  readonly ref: Ref;
  /** The property's present value; undefined when it is unset or there is none of this name. */
  property(name: string, session: Session): unknown;
  /** undefined when there is no such method. */
  method(name: string): BoundMethod | undefined;
  /** When properties change by time alone, ms since 1970; absent: not before something happens. */
  readonly changesAtMs?: number;
}

export interface BoundMethod {
  readonly privilege: string | null;
  run(request: MethodRequest): unknown;
}

/** Makes an object of a type. `target` is whatever the type's table works on. */
export function managed<Target>(
  ref: Ref,
  kind: ManagedKind<Target>,
  target: Target,
  changesAtMs?: number,
): ManagedObject {
  return {
    ref,
    property: (name, session) =>
      Object.hasOwn(kind.properties, name) ? kind.properties[name]?.(target, session) : undefined,
    method: (name) => {
      const method = Object.hasOwn(kind.methods, name) ? kind.methods[name] : undefined;
      if (method === undefined) return undefined;
      return { privilege: method.privilege, run: (request) => method.run(target, request) };
    },
    ...(changesAtMs === undefined ? {} : { changesAtMs }),
  };
}
