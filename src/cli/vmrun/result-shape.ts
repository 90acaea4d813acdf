/**
 * The shape of plain data: the name of a kind, a list of one shape, or fields with their shapes. A field whose name ends
 * in `?` may be missing.
 */
export type Shape = keyof Kinds | readonly [Shape] | ResultShape;

/** Fields with their shapes. */
export interface ResultShape {
  readonly [field: string]: Shape;
}

interface Kinds {
  readonly string: string;
  readonly 'string|null': string | null;
  readonly number: number;
  readonly boolean: boolean;
}

type ValueOf<Of extends Shape> = Of extends keyof Kinds
  ? Kinds[Of]
  : Of extends readonly [infer Item extends Shape]
    ? readonly ValueOf<Item>[]
    : Of extends ResultShape
      ? ResultOf<Of>
      : never;

/** Data of a shape. Only the fields that are named are there. */
export type ResultOf<Of extends ResultShape> = {
  readonly [Field in keyof Of as Field extends `${string}?` ? never : Field]: ValueOf<Of[Field]>;
} & {
  readonly [Field in keyof Of as Field extends `${infer Name}?` ? Name : never]?: ValueOf<Of[Field]>;
};

/** The shape as a line for the docs, in the notation of types: `{ vms: string[] }`. */
export function shapeText(shape: Shape): string {
  if (typeof shape === 'string') return shape.replace('|', ' | ');
  if (isList(shape)) return `${shapeText(shape[0])}[]`;
  const fields = Object.entries(shape).map(([name, field]) => `${name}: ${shapeText(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}
