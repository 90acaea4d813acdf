import { Fault } from '../base/fault.js';
import type { BackendModule, ConnectTarget } from './backend.js';
import { readPassword, type RevixConfig } from './config.js';
import { PathMap } from './path-map.js';

/** The backend that answers for a target, and why. */
export interface BackendChoice {
  readonly module: BackendModule;
  /** The target as the backend gets it: host, user and settings of the configuration applied. */
  readonly target: ConnectTarget;
  readonly paths: PathMap;
  /** For people: what decided. */
  readonly reason: string;
}

/** Finds the backend for what a program wants to connect to. */
export class BackendRegistry {
  readonly #modules: readonly BackendModule[];
  readonly #config: () => RevixConfig;

  /**
   * @param modules in order of preference: the first that accepts a target gets it.
   * @param config called at each choice, so that a bad configuration fails a connection and not the start.
   */
  constructor(modules: readonly BackendModule[], config: () => RevixConfig) {
    this.#modules = modules;
    this.#config = config;
  }

  /** @throws Fault `not-supported` when no backend wants the target, `invalid-argument` for a bad configuration. */
  choose(target: ConnectTarget): BackendChoice {
    const entry = this.#config().providers?.[target.provider];
    if (entry === undefined) {
      const module = this.#modules.find((candidate) => candidate.claims(target) === 'accept');
      if (module === undefined) throw this.#nobodyClaims(target);
      return { module, target, paths: new PathMap(), reason: `${module.name} claims the provider ${target.provider}` };
    }
    const module = this.#modules.find((candidate) => candidate.name === entry.backend);
    if (module === undefined) {
      const known = this.#modules.map((candidate) => candidate.name).join(', ');
      throw new Fault(
        'invalid-argument',
        `the configuration names the backend "${entry.backend}" for the provider ` +
          `${target.provider}; known backends: ${known}`,
      );
    }
    const password = entry.password === undefined ? target.password : readPassword(entry.password);
    return {
      module,
      target: {
        ...target,
        hostName: entry.url ?? target.hostName,
        userName: entry.user ?? target.userName,
        password,
        settings: entry.options ?? {},
      },
      paths: new PathMap(entry.paths),
      reason: `the configuration maps the provider ${target.provider} to ${module.name}`,
    };
  }

  /** Closes every backend, also when one of them fails. @throws what the first one threw. */
  async close(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#modules.map(async (module) => module.close?.()));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #nobodyClaims(target: ConnectTarget): Fault {
    const where = target.hostName === null ? 'the local host' : `host ${target.hostName}`;
    return new Fault(
      'not-supported',
      `no backend answers for the provider ${target.provider} on ${where}; ` +
        'map the provider to a backend in revix.config.json',
    );
  }
}
