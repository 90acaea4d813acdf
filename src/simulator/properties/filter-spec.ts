import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { parsePath, type PathStep } from './property-path.js';
import type { Schema } from '../../backends/vsphere/soap/schema.js';
import type {
  PropertyFilterSpec,
  PropertySpec,
  SelectionSpec,
  TraversalSpec,
} from '../../backends/vsphere/vim/generated/types.js';

/** A property that is asked for. */
export interface WantedPath {
  readonly path: string;
  readonly steps: readonly PathStep[];
}

/** A way from objects of a type to others. */
export interface Traversal {
  readonly type: string;
  readonly steps: readonly PathStep[];
  readonly skip: boolean;
  /** Where to go from the objects that it leads to; filled in after all traversals are known, for they may go in circles. */
  next: readonly Traversal[];
}

/** A filter that was checked, with its traversals tied together. */
export interface CheckedFilter {
  readonly spec: PropertyFilterSpec;
  readonly roots: readonly { readonly ref: Ref; readonly skip: boolean; readonly next: readonly Traversal[] }[];
  /** The properties wanted of an object of a type. null: none, the object is not selected. */
  wanted(type: string): readonly WantedPath[] | null;
}

/**
 * Checks what a client asks for.
 * @throws VimFault `InvalidProperty` for a path that the type has not, `InvalidType`, `InvalidArgument`.
 */
export function checkFilter(spec: PropertyFilterSpec, schema: Schema): CheckedFilter {
  const propSet = spec.propSet.map((props) => checkedProperties(props, schema));
  const ofType = new Map<string, readonly WantedPath[] | null>();
  const traversals = new TraversalNet(schema);
  const roots = spec.objectSet.map(({ obj, skip, selectSet = [] }) => ({
    ref: obj,
    skip: skip ?? false,
    next: traversals.add(selectSet),
  }));
  traversals.tie();
  return {
    spec,
    roots,
    wanted: (type) => {
      const known = ofType.get(type);
      if (known !== undefined) return known;
      const fitting = propSet.filter((props) => schema.isA(type, props.type));
      const paths = new Map(fitting.flatMap(({ pathsOf }) => pathsOf(type).map((wanted) => [wanted.path, wanted])));
      const wanted = fitting.length === 0 ? null : [...paths.values()];
      ofType.set(type, wanted);
      return wanted;
    },
  };
}

/**
 * Types that clients name and of which no server like these has objects, by the known types that they are subtypes of.
 */
const typesWithoutObjects: Readonly<Record<string, string>> = {
  VmwareDistributedVirtualSwitch: 'DistributedVirtualSwitch',
};

/** The type by which the properties of a named one are checked. @throws VimFault `InvalidType`. */
function checkedType(type: string, schema: Schema): string {
  const known = Object.hasOwn(typesWithoutObjects, type) ? (typesWithoutObjects[type] ?? type) : type;
  if (schema.managedType(known) !== undefined) return known;
  throw new VimFault({ $type: 'InvalidType', argument: type }, `There is no managed type '${type}'.`);
}

function checkedProperties({ type, all = false, pathSet = [] }: PropertySpec, schema: Schema) {
  const known = checkedType(type, schema);
  const wanted = pathSet.map((path) => {
    const steps = parsePath(path);
    if (steps === null || schema.propertyType(known, path) === undefined) {
      throw new VimFault({ $type: 'InvalidProperty', name: path }, `${type} has no property '${path}'.`);
    }
    return { path, steps };
  });
  return {
    type,
    pathsOf: (concrete: string): readonly WantedPath[] =>
      all
        ? [...(schema.managedType(concrete)?.properties.keys() ?? [])].map((name) => ({
            path: name,
            steps: [{ field: name }],
          }))
        : wanted,
  };
}

/** Traversals as they refer to each other by name. */
class TraversalNet {
  readonly #schema: Schema;
  readonly #byName = new Map<string, Traversal>();
  readonly #ends: { readonly list: Traversal[]; readonly name: string }[] = [];

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** Takes in a select set. The list that comes back is complete after `tie`. */
  add(selectSet: readonly SelectionSpec[]): readonly Traversal[] {
    const list: Traversal[] = [];
    for (const selection of selectSet) {
      const { name } = selection;
      if (!('path' in selection)) {
        if (name === undefined)
          throw invalidArgument('selectSet', 'A selection has neither a name nor a type and path.');
        this.#ends.push({ list, name });
        continue;
      }
      list.push(this.#traversal(selection));
    }
    return list;
  }

  /** Puts the named traversals where they are referred to. */
  tie(): void {
    for (const { list, name } of this.#ends) {
      const named = this.#byName.get(name);
      if (named === undefined) throw invalidArgument('selectSet', `There is no traversal named '${name}'.`);
      if (!list.includes(named)) list.push(named);
    }
  }

  #traversal(selection: TraversalSpec): Traversal {
    const { type, path } = selection;
    const steps = parsePath(path);
    if (steps === null || this.#schema.propertyType(checkedType(type, this.#schema), path) === undefined) {
      throw new VimFault({ $type: 'InvalidProperty', name: path }, `${type} has no property '${path}' to go along.`);
    }
    const traversal: Traversal = { type, steps, skip: selection.skip ?? false, next: [] };
    if (selection.name !== undefined) this.#byName.set(selection.name, traversal);
    traversal.next = this.add(selection.selectSet ?? []);
    return traversal;
  }
}

function invalidArgument(invalidProperty: string, message: string): VimFault {
  return new VimFault({ $type: 'InvalidArgument', invalidProperty }, message);
}
