import { Fault } from '../../base/fault.js';
import type { ProgramStart } from '../guest/program-runner.js';
import { environmentKeys, userEnvironment } from '../guest/user-environment.js';
import { recordRegistry } from '../guest/windows/registry.js';
import type { WorldCall } from '../world-call.js';
import { VmCustomization } from './customization.js';
import { addConsoleLines } from './console-lines.js';
import { consolePicture } from './console-picture.js';
import { GuestAccess, requireConsole, type GuestLogin } from './guest-access.js';
import { GuestAliasSession } from './guest-alias-session.js';
import { GuestFileSession } from './guest-file-session.js';
import { GuestRegistrySession } from './guest-registry-session.js';
import type { CustomizationSpec } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** `gone`: the guest has forgotten the process, so its exit code cannot be known any more. */
export type ProcessStateView =
  | { readonly state: 'running' }
  | { readonly state: 'exited'; readonly exitCode: number; readonly startTime: Date; readonly endTime: Date }
  | { readonly state: 'gone' };

export interface ProcessView {
  readonly pid: number;
  readonly name: string;
  readonly owner: string;
  readonly commandLine: string;
  readonly isBeingDebugged: boolean;
  readonly startTime: Date;
}

/** How a network card gets its IPv4 address. */
type NicSettings = 'dhcp' | { readonly address: string; readonly prefixLength: number; readonly gateway?: string };

/** What a user asks a customization for; network cards in their order. */
interface WantedCustomization extends Pick<CustomizationSpec, 'dnsServers'> {
  readonly hostName: string;
  readonly domain?: string;
  readonly nics?: readonly NicSettings[];
}

/** Program that shows a web page, by family. */
const browsers = { posix: 'firefox', windows: 'msedge.exe' } as const;

/** Guest operations in the name of one user. Every call throws also what `GuestAccess` throws. */
export class GuestSession {
  readonly family: 'posix' | 'windows';
  readonly files: GuestFileSession;
  readonly registry: GuestRegistrySession;
  readonly aliases: GuestAliasSession;
  readonly #scope: VmScope;
  readonly #access: GuestAccess;

  constructor(scope: VmScope, family: 'posix' | 'windows', login: GuestLogin) {
    this.family = family;
    this.#scope = scope;
    this.#access = new GuestAccess(scope, login);
    this.files = new GuestFileSession(this.#access);
    this.registry = new GuestRegistrySession(this.#access);
    this.aliases = new GuestAliasSession(this.#access);
  }

  /** Checks that guest operations would work. */
  validate(call: WorldCall): Promise<void> {
    return this.#access.read('guest.validate', call, () => undefined);
  }

  /** @returns process id. @throws Fault `file-not-found`, `guest-permission`, `program-not-started`. */
  start(program: ProgramStart, call: WorldCall): Promise<number> {
    return this.#access.change('guest.start', call, ({ state, user }) =>
      this.#scope.services.guests.start(this.#scope, state, program, user),
    );
  }

  /**
   * Answers for every process asked for.
   * @throws Fault `vm-not-running`, for good when the machine is off: its processes do not come back.
   */
  async poll(pids: readonly number[], call: WorldCall): Promise<ReadonlyMap<number, ProcessStateView>> {
    const asked = this.#access.read('guest.poll', call, ({ record }) => {
      this.#scope.services.guests.throwTrouble(this.#scope.id);
      const table = this.#scope.services.guests.table(this.#scope, record);
      const views = new Map<number, ProcessStateView>();
      for (const pid of pids) {
        const state = table.state(pid);
        if (state.state !== 'exited') {
          views.set(pid, state);
          continue;
        }
        const { exitCode, startMs, endMs } = state;
        views.set(pid, { state: 'exited', exitCode, startTime: new Date(startMs), endTime: new Date(endMs) });
      }
      return views;
    });
    try {
      return await asked;
    } catch (error) {
      if (error instanceof Fault && error.kind === 'vm-not-running') await this.#requirePower();
      throw error;
    }
  }

  async #requirePower(): Promise<void> {
    await this.#scope.read(({ record }) => {
      const { phase } = record.power;
      if (phase !== 'off' && phase !== 'powering-off') return;
      throw new Fault('vm-not-running', `'${record.name}' was powered off, and its programs ended with that.`);
    });
  }

  /** Processes that run now, by process id. */
  processes(call: WorldCall): Promise<readonly ProcessView[]> {
    return this.#access.read('guest.processes', call, ({ record }) =>
      this.#scope.services.guests
        .table(this.#scope, record)
        .list()
        .map(({ pid, name, owner, commandLine, startMs }) => ({
          pid,
          name,
          owner,
          commandLine,
          isBeingDebugged: false,
          startTime: new Date(startMs),
        })),
    );
  }

  /** @throws Fault `no-such-process`, `guest-permission`. */
  async kill(pid: number, call: WorldCall): Promise<void> {
    const { guests } = this.#scope.services;
    await this.#access.change('guest.kill', call, ({ record, user }) => {
      guests.table(this.#scope, record).kill(pid, user);
    });
    guests.kill(this.#scope.id, pid);
  }

  /** What is unset reads as the empty string. On Windows names ignore case. */
  readEnvironment(name: string, call: WorldCall): Promise<string> {
    return this.#access.read('guest.readEnvironment', call, ({ record, user }) => {
      const environment = userEnvironment(record.guest, user, {});
      if (this.family === 'posix') return environment.get(name) ?? '';
      const wanted = name.toLowerCase();
      for (const [known, value] of environment) if (known.toLowerCase() === wanted) return value;
      return '';
    });
  }

  /** Every variable that the user's programs start with. */
  environment(call: WorldCall): Promise<ReadonlyMap<string, string>> {
    return this.#access.read('guest.readEnvironment', call, ({ record, user }) =>
      userEnvironment(record.guest, user, {}),
    );
  }

  /**
   * On Windows the variable is the user's and stays for good; on POSIX it is everybody's and lasts until the next boot, for programs started from now on.
   * @throws Fault `guest-permission` for anybody but root on POSIX; `invalid-argument` for a name that cannot be.
   */
  async writeEnvironment(name: string, value: string, call: WorldCall): Promise<void> {
    if (name === '' || name.includes('=') || name === '__proto__') {
      throw new Fault('invalid-argument', `'${name}' cannot name an environment variable.`);
    }
    await this.#access.change('guest.writeEnvironment', call, ({ record, user }) => {
      const { guest } = record;
      if (guest.registry !== null) {
        const registry = recordRegistry(guest.registry, { user, nowMs: () => this.#scope.clock.now() });
        registry.setValue(environmentKeys.user, { name, type: 'REG_SZ', data: value });
        return;
      }
      if (user.id !== 0) {
        throw new Fault(
          'guest-permission',
          `Only root may set environment variables of '${record.name}', not '${user.name}'. Log in as root.`,
        );
      }
      guest.toolsEnvironment = { ...guest.toolsEnvironment, [name]: value };
    });
  }

  /** @returns PNG of the console as it stands. */
  captureScreen(options: { readonly isCompressed: boolean }, call: WorldCall): Promise<Uint8Array> {
    return this.#access.read('guest.captureScreen', call, ({ record }) => consolePicture(this.#scope, record, options));
  }

  /**
   * Shows a page in a browser at the console.
   * @throws Fault `invalid-argument` for what is no URL; `guest-interactive-missing`, `guest-interactive-mismatch`.
   */
  async openUrl(url: string, call: WorldCall): Promise<void> {
    if (!URL.canParse(url)) {
      throw new Fault('invalid-argument', `'${url}' is not a URL; give one like 'https://example.com/'.`);
    }
    await this.#access.change('guest.openUrl', call, ({ record, user }) => {
      requireConsole(record, user);
      const name = browsers[this.family];
      const table = this.#scope.services.guests.table(this.#scope, record);
      table.add({ name, owner: user.name, commandLine: `${name} ${url}` });
      addConsoleLines(record, [`${name} ${url}`]);
    });
  }

  /**
   * Customizes the guest, and waits until that is over.
   * @throws Fault `invalid-argument` for what does not fit it; `internal` with the reason when it failed.
   */
  async customize({ domain = '', nics, ...wanted }: WantedCustomization, call: WorldCall): Promise<void> {
    await this.validate(call);
    const customization = new VmCustomization(this.#scope);
    await customization.begin({ ...wanted, domain, ...(nics === undefined ? {} : { nics: nics.map(nicOf) }) }, call);
    const { state, error } = await customization.untilOver(call);
    if (state !== 'succeeded') throw new Fault('internal', error ?? 'The customization failed.');
  }
}

function nicOf(nic: NicSettings): NonNullable<NonNullable<CustomizationSpec['nics']>[number]> {
  if (nic === 'dhcp') return { addresses: 'dhcp' };
  const { address, prefixLength, gateway } = nic;
  return { addresses: [`${address}/${prefixLength}`], ...(gateway === undefined ? {} : { gateway }) };
}
