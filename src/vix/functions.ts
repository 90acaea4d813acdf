import { coreFunctions } from './functions/core.js';
import { guestFunctions } from './functions/guest.js';
import { hostFunctions } from './functions/host.js';
import { snapshotFunctions } from './functions/snapshot.js';
import { vmFunctions } from './functions/vm.js';

/** Every function of the VIX C API, of all header generations, by its C name. */
export const functions = {
  ...coreFunctions,
  ...hostFunctions,
  ...vmFunctions,
  ...snapshotFunctions,
  ...guestFunctions,
};

/** C name of a VIX function. */
export type VixFunctionName = keyof typeof functions;

/** The functions that had another name in the library of the 1.1 line: old name -> the name since then. */
type LegacyNames = {
  readonly [
    Name in VixFunctionName as (typeof functions)[Name] extends { legacyName: infer Old extends string } ? Old : never
  ]: Name;
};

/** Names under which only the library of the 1.1 line exported a function -> the name that the headers give it. */
export const legacyFunctionNames = Object.fromEntries(
  Object.entries(functions).flatMap(([name, row]) => ('legacyName' in row ? [[row.legacyName, name]] : [])),
) as LegacyNames;
