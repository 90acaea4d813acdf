import * as names from '../../vix/names.js';
import type { DoorVix } from '../door-calls.js';
import { ComDoor, type Drive } from './com-door.js';
import { comPrototype } from './com-prototype.js';
import type { IVixLib, Mode } from './com-types.js';

/** Everything that a program reaches by name, as .NET reaches the type library. */
export interface VixCOM<M extends Mode> {
  /** `new VixCOM.VixLib()`, as in C# and Visual Basic. */
  readonly VixLib: new () => IVixLib<M>;
  /** The C names with their values. */
  readonly Constants: Constants;
  /**
   * `CreateObject("VixCOM.VixLib")`, as in a script.
   *
   * @throws Error for another name: no other class can be created.
   */
  readonly CreateObject: (progId: string) => IVixLib<M>;
}

/** Every constant of VIX by its C name. */
export type Constants = typeof names;

const progIds: ReadonlySet<string> = new Set(['vixcom.vixlib', 'vixcom.vixlib.1']);

/** VixCOM over a set of VIX functions. */
export function comLibrary<M extends Mode>(vix: DoorVix, drive: Drive): VixCOM<M> {
  const door = new ComDoor(vix, drive, comPrototype);
  const create = (): IVixLib<M> => door.library() as IVixLib<M>;
  return {
    VixLib: function VixLib() {
      return create();
    } as unknown as new () => IVixLib<M>,
    Constants: names,
    CreateObject(progId) {
      if (progIds.has(progId.toLowerCase())) return create();
      throw new Error(`there is no class "${progId}"; VixCOM has one that can be created, "VixCOM.VixLib"`);
    },
  };
}
