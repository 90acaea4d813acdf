import { Fault } from '../../../base/fault.js';
import type { CallContext, VariableOps } from '../../backend.js';
import type { Properties, PropertyPath } from '../properties.js';
import type { OptionValue } from '../vim/generated/types.js';
import type { Machine } from './machine.js';

/** Guest variables are entries of the configuration under this prefix; Tools in the guest reads them. */
const guestPrefix = 'guestinfo.';

/**
 * Names of the guest variables that Revix wrote, each after a slash, which no name may hold. vSphere keeps guest variables for good, but in VIX
 * they lasted until power-off: these are forgotten before the next power-on.
 */
const writtenKey = 'revix.guestVariables';

/** Entries of a .vmx file that vSphere does not show among the extra ones, by their names in small letters. */
const fixedEntries: Readonly<Record<string, PropertyPath>> = {
  displayname: 'name',
  guestos: 'summary.config.guestId',
  memsize: 'summary.config.memorySizeMB',
  numvcpus: 'summary.config.numCpu',
  annotation: 'summary.config.annotation',
  'uuid.bios': 'summary.config.uuid',
  'vc.uuid': 'summary.config.instanceUuid',
  'virtualhw.version': 'config.version',
};

/** Variables of one machine: those that its guest sees, and the entries of its configuration. */
export class VsphereVariables implements VariableOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  readGuestVariable(name: string, call: CallContext): Promise<string> {
    const machine = this.#machine;
    return machine.run(`reading the guest variable ${name} of`, undefined, call, async () => {
      const isAddress = name === 'ip';
      const address: readonly PropertyPath[] = isAddress ? ['guest.ipAddress'] : [];
      const values = await machine.properties(['runtime.powerState', 'config.extraConfig', ...address], call);
      requireOn(machine, values.get('runtime.powerState'));
      const value = entryOf(extraConfigOf(values), guestPrefix + name);
      return value === '' && isAddress ? textOf(values.get('guest.ipAddress')) : value;
    });
  }

  writeGuestVariable(name: string, value: string, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run(`writing the guest variable ${name} of`, undefined, call, async () => {
      const values = await machine.properties(['runtime.powerState', 'config.extraConfig'], call);
      requireOn(machine, values.get('runtime.powerState'));
      const written = new Set(writtenNames(extraConfigOf(values)));
      if (value === '') written.delete(name);
      else written.add(name);
      await configure(
        machine,
        { [guestPrefix + name]: value, [writtenKey]: [...written].map((each) => `/${each}`).join('') },
        call,
      );
    });
  }

  readConfig(name: string, call: CallContext): Promise<string> {
    const machine = this.#machine;
    return machine.run(`reading the configuration entry ${name} of`, undefined, call, async () => {
      const path = fixedEntries[name.toLowerCase()] ?? 'config.extraConfig';
      const values = await machine.properties([path], call);
      if (path !== 'config.extraConfig') return fixedText(path, values.get(path));
      return entryOf(extraConfigOf(values), name);
    });
  }

  async writeConfig(): Promise<void> {
    throw this.#machine.unsupported('change the configuration of a machine until its power-off, only for good');
  }
}

/**
 * Forgets the guest variables of a machine that is off: the next power-on is a new life. A user who may not change the
 * configuration could not have written any either, so a refusal does no harm.
 */
export async function forgetGuestVariables(machine: Machine, call: CallContext): Promise<void> {
  const values = await machine.properties(['runtime.powerState', 'config.extraConfig'], call);
  if (values.get('runtime.powerState') !== 'poweredOff') return;
  const names = writtenNames(extraConfigOf(values));
  if (names.length === 0) return;
  const changes = Object.fromEntries([...names.map((name) => [guestPrefix + name, '']), [writtenKey, '']]);
  await configure(machine, changes, call).catch((error: unknown) => {
    if (call.signal.aborted) throw error;
  });
}

/** An empty value removes its key. */
async function configure(
  machine: Machine,
  entries: Readonly<Record<string, string>>,
  call: CallContext,
): Promise<void> {
  const extraConfig = Object.entries(entries).map(([key, value]) => ({ key, value }));
  await machine.task('ReconfigVM_Task', { spec: { extraConfig } }, quiet(call));
}

/** Progress of a small change says nothing about the operation that it belongs to. */
function quiet(call: CallContext): CallContext {
  return { signal: call.signal, clock: call.clock, progress: () => undefined };
}

function extraConfigOf(values: Properties): readonly OptionValue[] {
  return values.get('config.extraConfig') ?? [];
}

/** Case does not count in keys. Unset reads as the empty string. */
function entryOf(entries: readonly OptionValue[], key: string): string {
  return textOf(entries.find((entry) => entry.key.toLowerCase() === key.toLowerCase())?.value);
}

function writtenNames(entries: readonly OptionValue[]): readonly string[] {
  const list = entryOf(entries, writtenKey);
  return list.startsWith('/') ? list.slice(1).split('/') : namesBetweenBlanks(list, entries);
}

/**
 * Reads a list as the first versions wrote it, with blanks between names that may hold blanks: the longest name that is
 * set counts, so that no variable of somebody else is taken for a part of one.
 */
function namesBetweenBlanks(list: string, entries: readonly OptionValue[]): readonly string[] {
  const words = list.split(' ');
  const names: string[] = [];
  for (let start = 0; start < words.length;) {
    let end = words.length;
    const name = (): string => words.slice(start, end).join(' ');
    while (end > start && entryOf(entries, guestPrefix + name()) === '') end -= 1;
    if (end > start) names.push(name());
    start = Math.max(end, start + 1);
  }
  return names;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** `vmx-19` of the API is `19` in the .vmx file. */
function fixedText(path: string, value: unknown): string {
  return path === 'config.version' ? textOf(value).replace(/^vmx-0*/, '') : textOf(value);
}

function requireOn(machine: Machine, powerState: unknown): void {
  if (powerState === 'poweredOn') return;
  throw new Fault('vm-not-running', `${machine.label} does not run, so it has no guest variables. Power it on first.`);
}
