import type { ManagedObjects } from '../vim/generated/types.js';

/** The type of what a path such as `config.hardware.numCPU` leads to in an object; `unknown` where that is not known. */
type FieldAt<Holder, Path extends string> = Path extends `${infer First}.${infer Rest}`
  ? First extends keyof Holder
    ? FieldAt<NonNullable<Holder[First]>, Rest>
    : unknown
  : Path extends keyof Holder
    ? NonNullable<Holder[Path]>
    : unknown;

/** The type of a property of a managed object by its path. */
export type PropertyAt<Type extends string, Path extends string> = Type extends keyof ManagedObjects
  ? FieldAt<ManagedObjects[Type], Path>
  : unknown;

/** Properties by their paths. Those that are not set, or that the user may not read, are missing. */
export type PropertiesAt<Type extends string, Path extends string> = { readonly [P in Path]?: PropertyAt<Type, P> };
