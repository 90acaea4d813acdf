import type { Shape } from '../../../src/cli/vmrun/result-shape.js';

/** What is wrong with data that should have a shape, by the places in it; nothing when it has. */
export function shapeProblems(shape: Shape, value: unknown, place = 'result'): readonly string[] {
  if (typeof shape === 'string') {
    const kind = value === null ? 'null' : typeof value;
    return shape.split('|').includes(kind) ? [] : [`${place} is ${kind}, not ${shape}`];
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${place} is no list`];
    return value.flatMap((item, index) => shapeProblems(shape[0], item, `${place}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${place} is no object`];
  const fields = new Map(Object.entries(value));
  const problems = Object.entries(shape).flatMap(([written, field]) => {
    const name = written.replace(/\?$/, '');
    const isPresent = fields.delete(name);
    const isOptional = name !== written;
    if (isPresent) return shapeProblems(field, Reflect.get(value, name), `${place}.${name}`);
    return isOptional ? [] : [`${place}.${name} is missing`];
  });
  return [...problems, ...[...fields.keys()].map((name) => `${place}.${name} is not told of`)];
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}
