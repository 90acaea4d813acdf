import {
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_JOB,
  VIX_HANDLETYPE_PROPERTY_LIST,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_HANDLETYPE_VM,
  VIX_INVALID_HANDLE,
} from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { DoorVix } from '../door-calls.js';
import type { Flow } from '../flow.js';

/** Drives what may take time: to its result, or to a promise of it. */
export type Drive = (flow: Flow<VixError>) => VixError | Promise<VixError>;

/** An object of the door. Its members are on its prototype, what it stands for is with the door. */
export type ComObject = object;

/** Name of an interface of VixCOM that an object can have as its main one. */
export type InterfaceName = 'IVixLib' | 'IHost' | 'IVM' | 'IJob' | 'ISnapshot' | 'IPropertyList';

/** The interface of the object that stands for a handle, by the handle's type. */
const interfaceOfType: ReadonlyMap<number, InterfaceName> = new Map<number, InterfaceName>([
  [VIX_HANDLETYPE_HOST, 'IHost'],
  [VIX_HANDLETYPE_VM, 'IVM'],
  [VIX_HANDLETYPE_JOB, 'IJob'],
  [VIX_HANDLETYPE_SNAPSHOT, 'ISnapshot'],
  [VIX_HANDLETYPE_PROPERTY_LIST, 'IPropertyList'],
]);

/** Makes the objects that stand for handles, and knows which stands for what. */
export class ComDoor {
  readonly vix: DoorVix;
  readonly drive: Drive;
  readonly #handles = new WeakMap<ComObject, VixHandle>();
  readonly #prototypes = new Map<InterfaceName, ComObject>();
  /** Scripts cannot close an object, they only let go of it. */
  readonly #forgotten = new FinalizationRegistry<VixHandle>((handle) => this.vix.Vix_ReleaseHandle(handle));

  readonly #makePrototype: (door: ComDoor, name: InterfaceName) => ComObject;

  /** @param makePrototype gives an object with the members of an interface, to be shared by the objects that have it. */
  constructor(vix: DoorVix, drive: Drive, makePrototype: (door: ComDoor, name: InterfaceName) => ComObject) {
    this.vix = vix;
    this.drive = drive;
    this.#makePrototype = makePrototype;
  }

  /** The object that a program creates. */
  library(): ComObject {
    return Object.create(this.#prototypeOf('IVixLib')) as ComObject;
  }

  /** The handle that an object stands for; `VIX_INVALID_HANDLE` for a closed one and for anything else. */
  handleOf(object: unknown): VixHandle {
    const handle = typeof object === 'object' && object !== null ? this.#handles.get(object) : undefined;
    return handle ?? VIX_INVALID_HANDLE;
  }

  /** An object that takes over a reference to a handle; null for `VIX_INVALID_HANDLE` and a dead handle. */
  wrap(handle: VixHandle): ComObject | null {
    const type = interfaceOfType.get(this.vix.Vix_GetHandleType(handle));
    if (type === undefined) return null;
    const object = Object.create(this.#prototypeOf(type)) as ComObject;
    this.hold(object, handle);
    return object;
  }

  /** An object with a reference of its own to a handle that somebody else holds. */
  wrapAnother(handle: VixHandle): ComObject | null {
    if (handle === VIX_INVALID_HANDLE) return null;
    this.vix.Vix_AddRefHandle(handle);
    return this.wrap(handle);
  }

  /** Lets an object stand for a handle, and take over a reference to it. */
  hold(object: ComObject, handle: VixHandle): void {
    this.#handles.set(object, handle);
    this.#forgotten.register(object, handle, object);
  }

  /** Gives the reference of an object back; the object stands for nothing then. */
  letGo(object: ComObject): void {
    this.vix.Vix_ReleaseHandle(this.handleOf(object));
    this.#handles.delete(object);
    this.#forgotten.unregister(object);
  }

  #prototypeOf(name: InterfaceName): ComObject {
    let prototype = this.#prototypes.get(name);
    if (prototype === undefined) {
      prototype = this.#makePrototype(this, name);
      this.#prototypes.set(name, prototype);
    }
    return prototype;
  }
}
