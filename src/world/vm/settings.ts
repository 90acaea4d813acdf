import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import { isRunning } from './power.js';
import { configFields } from './variables.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** What is to change about a machine; what is absent stays. */
export interface VmSettingsChange {
  /** Display name. */
  readonly name?: string;
  /** Notes of people; the empty string removes them. */
  readonly annotation?: string;
  /** Identifier of the guest operating system. Says what the host expects, and changes nothing in the guest. */
  readonly guestOs?: string;
  readonly cpuCount?: number;
  readonly memoryMb?: number;
  /** Entries of the configuration; an empty value removes one. `guestinfo.x` is the guest variable `x`. */
  readonly config?: Readonly<Record<string, string>>;
}

const longestName = 80;
const leastMemoryMb = 4;

/** Entries of the configuration that let a resource grow while the machine runs. */
const hotAdd = { cpuCount: 'vcpu.hotadd', memoryMb: 'mem.hotadd' } as const;

/** Name, notes, hardware and configuration of one virtual machine, as who configures it changes them. */
export class VmSettings {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * Changes all that is named, or nothing. Name, notes and configuration change at any time, the guest operating system
   * while the machine is off. So do processors and memory, unless `vcpu.hotadd` or `mem.hotadd` is TRUE: then they may
   * grow while it runs.
   * @throws Fault `invalid-argument`, `vm-running`.
   */
  async change(change: VmSettingsChange, call: WorldCall): Promise<void> {
    await this.#scope.begin('settings.change', call);
    requireValid(change);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requirePowerFor(record, change);
      const { annotation, config = {}, ...fields } = change;
      for (const [name, value] of Object.entries(config)) setEntry(record, name, value);
      if (annotation !== undefined) setEntry(record, 'annotation', annotation);
      Object.assign(record, definedOf(fields));
    });
  }
}

function definedOf(fields: Omit<VmSettingsChange, 'annotation' | 'config'>): Partial<VmRecord> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function requireValid(change: VmSettingsChange): void {
  const { name, guestOs, cpuCount, memoryMb, config = {} } = change;
  if (name !== undefined && (name.trim() === '' || name.length > longestName)) {
    throw invalid(`The name '${name.slice(0, 20)}' has ${name.length} characters; give 1 to ${longestName}.`);
  }
  if (guestOs === '') throw invalid("The guest operating system is empty; give one like 'ubuntu-64'.");
  if (cpuCount !== undefined && !isWhole(cpuCount, 1)) {
    throw invalid(`${cpuCount} is no number of processors; give a whole number from 1 up.`);
  }
  if (memoryMb !== undefined && !isWhole(memoryMb, leastMemoryMb)) {
    throw invalid(`${memoryMb} MB is no size of memory; give a whole number from ${leastMemoryMb} up.`);
  }
  for (const entry of Object.keys(config)) {
    if (entry === '' || entry.includes('=') || entry === '__proto__') {
      throw invalid(`'${entry}' cannot name a configuration entry.`);
    }
    if (Object.hasOwn(configFields, entry.toLowerCase())) {
      throw invalid(`The configuration entry '${entry}' is a setting of its own; change it by that.`);
    }
  }
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function invalid(message: string): Fault {
  return new Fault('invalid-argument', message);
}

function requirePowerFor(record: VmRecord, change: VmSettingsChange): void {
  if (record.power.phase === 'off') return;
  const isNew = (field: 'guestOs' | 'cpuCount' | 'memoryMb'): boolean =>
    change[field] !== undefined && change[field] !== record[field];
  if (isNew('guestOs')) throw isRunning(record);
  for (const field of ['cpuCount', 'memoryMb'] as const) {
    if (!isNew(field)) continue;
    const mayGrow = record.power.phase === 'on' && entryOf(record.config, hotAdd[field])?.toLowerCase() === 'true';
    if (!mayGrow || (change[field] ?? 0) < record[field]) throw isRunning(record);
  }
}

function entryOf(entries: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = keyOf(entries, name);
  return key === undefined ? undefined : entries[key];
}

/** The name under which the entries hold this one: names ignore case. */
function keyOf(entries: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.keys(entries).find((key) => key.toLowerCase() === name.toLowerCase());
}

/** Sets an entry of the configuration, on top of what was written at run time. */
function setEntry(record: VmRecord, name: string, value: string): void {
  const [, variable] = /^guestinfo\.(.+)$/iu.exec(name) ?? [];
  if (variable !== undefined) delete record.guestVariables[variable];
  for (const entries of [record.runtimeConfig, record.config]) {
    const known = keyOf(entries, name);
    if (known !== undefined) delete entries[known];
  }
  if (value !== '') record.config[name] = value;
}
