/** Name of an object on an endpoint, as the wire has it. */
export interface Ref<Type extends string = string> {
  readonly type: Type;
  readonly value: string;
}

/** A reference as a key of maps. */
export function refKey(ref: Ref): string {
  return `${ref.type}:${ref.value}`;
}
