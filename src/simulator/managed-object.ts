import type { Ref } from './ref.js';
import type { Session } from './sessions.js';

/** One call of a method. */
export interface MethodRequest<Args = MethodArguments> {
  readonly session: Session;
  /** The object that the method was called on. */
  readonly self: Ref;
  readonly args: Args;
  /** Aborted when the client has gone, or the server closes. */
  readonly signal: AbortSignal;
}

/** Arguments by their names on the wire, decoded. What is optional and was not sent is missing. */
export type MethodArguments = Readonly<Record<string, unknown>>;

/** How one method of a managed type is answered. */
export interface Method<Target> {
  /**
   * What the session needs on the object; `System.Anonymous` needs no login, and null leaves the check to `run`, which
   * is for methods whose privilege concerns an argument.
   */
  readonly privilege: string | null;
  /** @returns the result, undefined for none. @throws VimFault, or a Fault of the world. */
  run(target: Target, request: MethodRequest): unknown;
}

/** A managed type as this server answers it. Types that clients know but this table lacks do not exist here. */
export interface ManagedKind<Target> {
  /** Concrete type on the wire, like `VirtualMachine`. */
  readonly type: string;
  /** Properties by name, worked out when somebody asks; some differ by session. undefined: unset at present. */
  readonly properties: Readonly<Record<string, (target: Target, session: Session) => unknown>>;
  readonly methods: Readonly<Record<string, Method<Target>>>;
  /** What the session needs to see the object; `System.View` unless it says otherwise. */
  readonly viewPrivilege?: string;
}

/** An object with its type, ready to be asked. */
export interface ManagedObject {
  readonly ref: Ref;
  readonly viewPrivilege: string;
  /** Names of the properties that it can answer. */
  readonly propertyNames: readonly string[];
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
    viewPrivilege: kind.viewPrivilege ?? 'System.View',
    propertyNames: Object.keys(kind.properties),
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
