import { Fault } from '../base/fault.js';
import { withoutUserInfo } from '../base/secret.js';
import type { BackendModule, ConnectTarget } from './backend.js';
import { readPassword, type LoadedConfig } from './config.js';
import { PathMap } from './path-map.js';

/** The backend that answers for a target. */
export interface BackendChoice {
  readonly module: BackendModule;
  /** The target as the backend gets it: host, user and settings of the configuration applied. */
  readonly target: ConnectTarget;
  readonly paths: PathMap;
}

/** Finds the backend for what a program wants to connect to. */
export class BackendRegistry {
  readonly #modules: readonly BackendModule[];
  readonly #config: () => LoadedConfig;

  /**
   * @param modules in order of preference: the first that accepts a target gets it.
   * @param config called at each choice, so that a bad configuration fails a connection and not the start.
   */
  constructor(modules: readonly BackendModule[], config: () => LoadedConfig) {
    this.#modules = modules;
    this.#config = config;
  }

  /** @throws Fault `not-supported` when no backend wants the target, `invalid-argument` for a bad configuration. */
  choose(target: ConnectTarget): BackendChoice {
    const { config, source, directory } = this.#config();
    const entry = config.providers?.[target.provider];
    if (entry === undefined) {
      const module = this.#modules.find((candidate) => candidate.claims(target) === 'accept');
      if (module === undefined) throw this.#nobodyClaims(target);
      return { module, target, paths: new PathMap() };
    }
    const place = `${source}: providers.${target.provider}`;
    const module = this.#modules.find((candidate) => candidate.name === entry.backend);
    if (module === undefined) {
      const known = this.#modules.map((candidate) => candidate.name).join(', ');
      throw new Fault(
        'invalid-argument',
        `${place}.backend: there is no backend "${entry.backend}"; known are ${known}`,
      );
    }
    const password =
      entry.password === undefined ? target.password : readPassword(entry.password, directory, `${place}.password: `);
    return {
      module,
      target: {
        ...target,
        hostName: entry.url ?? target.hostName,
        userName: entry.user ?? target.userName,
        password,
        settings: entry.options ?? {},
        settingsSource: `${place}.options`,
        settingsDirectory: directory,
      },
      paths: new PathMap(entry.paths),
    };
  }

  /** Closes every backend, also when one of them fails. @throws what the first one threw. */
  async close(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#modules.map(async (module) => module.close?.()));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #nobodyClaims(target: ConnectTarget): Fault {
    const where = target.hostName === null ? 'the local host' : `host ${withoutUserInfo(target.hostName)}`;
    return new Fault(
      'not-supported',
      `no backend answers for the provider ${target.provider} on ${where}; ` +
        'map the provider to a backend in revix.config.json',
    );
  }
}
