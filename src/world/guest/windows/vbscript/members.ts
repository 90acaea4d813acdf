import { noMember, type VbObject, type VbResult, type VbValue } from './values.js';

/** What a member of an object does with its arguments. */
export type Member = (args: readonly VbValue[]) => VbResult | Promise<VbResult>;

export interface ObjectParts {
  /** By names in lower case; the empty name is the default member. */
  readonly members: Readonly<Record<string, Member>>;
  readonly setters?: Readonly<Record<string, (args: readonly VbValue[], value: VbValue) => void>>;
  readonly items?: () => readonly VbValue[];
}

/** Makes an object from a table of members. */
export function objectOf(typeName: string, { members, setters = {}, items }: ObjectParts): VbObject {
  return {
    typeName,
    call: (name, args) => (Object.hasOwn(members, name) ? members[name]?.(args) : noMember),
    put: (name, args, value) => {
      if (!Object.hasOwn(setters, name)) return false;
      setters[name]?.(args, value);
      return true;
    },
    ...(items === undefined ? {} : { items }),
  };
}

/** A collection that can be counted, indexed and walked through. */
export function collectionOf(typeName: string, items: () => readonly VbValue[], item: Member): VbObject {
  return objectOf(typeName, {
    members: { count: () => items().length, length: () => items().length, item, '': item },
    items,
  });
}
