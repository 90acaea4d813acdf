import { Fault } from '../../base/fault.js';
import { primaryAddress } from '../guest/nics.js';
import { toolsStart } from './power-state.js';
import type { VmRecord } from './vm-record.js';

/** Where a record keeps guest variables. */
type VariablesRecord = Pick<VmRecord, 'config' | 'guestVariables'>;

/** Value of a guest variable, the empty string where it is unset; `ip` is the guest's address while Tools runs. */
export function readVariable(record: VmRecord, name: string, nowMs: number): string {
  const address =
    name === 'ip' && toolsStart(record, nowMs).state === 'running' ? primaryAddress(record.guest.nics) : '';
  return address === '' ? writtenVariable(record, name) : address;
}

/** What was written to a guest variable, or preset in the configuration. Names come from callers. */
function writtenVariable({ guestVariables, config }: VariablesRecord, name: string): string {
  const preset = `guestinfo.${name}`;
  if (Object.hasOwn(guestVariables, name)) return guestVariables[name] ?? '';
  return Object.hasOwn(config, preset) ? (config[preset] ?? '') : '';
}

/** @throws Fault `invalid-argument` for a name that no guest variable can have. */
export function requireVariableName(name: string): void {
  requireName(name, /[=/]/u, 'guest variable');
}

/** @throws Fault `invalid-argument` for an empty name, one that holds what is forbidden, and one of JavaScript's own. */
export function requireName(name: string, forbidden: RegExp, kind: string): void {
  const [bad] = forbidden.exec(name) ?? [];
  if (name !== '' && bad === undefined && name !== '__proto__') return;
  throw new Fault(
    'invalid-argument',
    name === ''
      ? `The name of a ${kind} is empty.`
      : `'${name}' cannot name a ${kind}${bad ? `: it holds '${bad}'` : ''}.`,
  );
}
