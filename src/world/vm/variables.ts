import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import { readVariable, requireName, requireVariableName } from './guest-variables.js';
import { phaseWords } from './power-state.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** Entries of the configuration file that other fields of the record hold, by their names in lower case. */
export const configFields: Readonly<Record<string, (record: VmRecord) => string>> = {
  '.encoding': () => 'UTF-8',
  displayname: (record) => record.name,
  guestos: (record) => record.guestOs,
  memsize: (record) => String(record.memoryMb),
  numvcpus: (record) => String(record.cpuCount),
  'uuid.bios': (record) => record.uuid,
  'vc.uuid': (record) => record.instanceUuid,
  'virtualhw.version': (record) => String(record.hardwareVersion),
};

/** Variables and configuration entries of one virtual machine. What is unset reads as the empty string. */
export class VmVariables {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * Reads a guest variable; `ip` is the guest's address while Tools runs.
   * @throws Fault `vm-not-running`, `invalid-argument` for a name that no variable can have.
   */
  async readGuestVariable(name: string, call: WorldCall): Promise<string> {
    await this.#scope.begin('variables.readGuestVariable', call);
    requireVariableName(name);
    return this.#scope.read(({ record }) => {
      requirePowered(record, 'Guest variables');
      return readVariable(record, name, this.#scope.clock.now());
    });
  }

  /** The variable lasts until power-off. @throws Fault as `readGuestVariable`. */
  async writeGuestVariable(name: string, value: string, call: WorldCall): Promise<void> {
    await this.#scope.begin('variables.writeGuestVariable', call);
    requireVariableName(name);
    await this.#scope.update(({ record }) => {
      requirePowered(record, 'Guest variables');
      record.guestVariables[name] = value;
    });
  }

  /** Reads an entry of the configuration, what was written at run time first. Names ignore case, as in the file. */
  async readConfig(name: string, call: WorldCall): Promise<string> {
    await this.#scope.begin('variables.readConfig', call);
    requireName(name, /=/u, 'configuration entry');
    return this.#scope.read(({ record }) => {
      const key = name.toLowerCase();
      return find(record.runtimeConfig, key) ?? own(configFields, key)?.(record) ?? find(record.config, key) ?? '';
    });
  }

  /** The entry lasts until power-off; the configuration file does not change. @throws Fault `vm-not-running`. */
  async writeConfig(name: string, value: string, call: WorldCall): Promise<void> {
    await this.#scope.begin('variables.writeConfig', call);
    requireName(name, /=/u, 'configuration entry');
    await this.#scope.update(({ record }) => {
      requirePowered(record, 'Configuration entries of the running machine');
      const known = Object.keys(record.runtimeConfig).find((key) => key.toLowerCase() === name.toLowerCase());
      record.runtimeConfig[known ?? name] = value;
    });
  }
}

/** An entry by its name without case. */
function find(entries: Readonly<Record<string, string>>, key: string): string | undefined {
  for (const [name, value] of Object.entries(entries)) if (name.toLowerCase() === key) return value;
  return undefined;
}

/** A property that the object holds itself: names come from callers and may be `constructor`. */
function own<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

function requirePowered(record: VmRecord, what: string): void {
  const { phase } = record.power;
  if (phase !== 'off' && phase !== 'suspended') return;
  throw new Fault(
    'vm-not-running',
    `${what} of '${record.name}' exist only while it runs; it is ${phaseWords[phase]}.`,
    {
      retryable: 'when-state-changes',
    },
  );
}
