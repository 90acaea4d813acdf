import type { Vix } from '../api/vix.js';
import { createVix } from './create-vix.js';

let made: Vix | undefined;

/** The functions over the one runtime that the exported functions share; made at the first call. */
export function defaultVix(): Vix {
  made ??= createVix();
  return made;
}
