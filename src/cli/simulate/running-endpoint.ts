import type { Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { type EndpointKind, type Simulator, startSimulator, type WireFaultRule } from '../../simulator/index.js';
import type { FaultRule } from '../../world/fault-rules.js';
import { isObject } from '../../world/schema-parts.js';
import type { World } from '../../world/world.js';
import type { EndpointPlan } from './simulation-plan.js';

/** How an endpoint is shown to programs. */
export interface EndpointDescription {
  readonly name: string;
  readonly kind: EndpointKind;
  readonly url: string;
  /** Thumbprints of the certificate; null without TLS. */
  readonly sha256: string | null;
  readonly sha1: string | null;
}

/** A fault rule in force. */
interface ActiveRule {
  readonly id: string;
  readonly rule: FaultRule | WireFaultRule;
  readonly hits: number;
}

interface EndpointSurroundings {
  readonly clock: Clock;
  readonly onDefect: (error: unknown, where: string) => void;
}

/** An endpoint that runs, with the fault rules of its wire and of its world. */
export class RunningEndpoint {
  readonly name: string;
  readonly #kind: EndpointKind;
  readonly #simulator: Simulator;

  private constructor({ name, kind }: EndpointPlan, simulator: Simulator) {
    this.name = name;
    this.#kind = kind;
    this.#simulator = simulator;
  }

  /** @throws Error that says why it cannot be started, or which rule cannot be used; it does not run then. */
  static async start(
    plan: EndpointPlan,
    world: World,
    { clock, onDefect }: EndpointSurroundings,
  ): Promise<RunningEndpoint> {
    const { kind, datacenter, host, port, tls, users, sessionTimeoutMs, transferHost } = plan;
    const simulator = await startSimulator({
      world,
      clock,
      kind,
      host,
      port,
      tls,
      users,
      onDefect: (error, where) => onDefect(error, `${plan.name}, ${where}`),
      ...(datacenter === undefined ? {} : { datacenter }),
      ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
      ...(transferHost === undefined ? {} : { transferHost }),
    });
    const endpoint = new RunningEndpoint(plan, simulator);
    try {
      for (const { rule, place } of plan.rules) endpoint.#addAt(place, rule);
    } catch (error) {
      await endpoint.close();
      throw error;
    }
    return endpoint;
  }

  get url(): string {
    return this.#simulator.url;
  }

  /** SHA-256 thumbprint of the certificate; undefined without TLS. */
  get sha256(): string | undefined {
    return this.#simulator.thumbprint?.sha256;
  }

  get description(): EndpointDescription {
    const { url, thumbprint } = this.#simulator;
    const { sha256 = null, sha1 = null } = thumbprint ?? {};
    return { name: this.name, kind: this.#kind, url, sha256, sha1 };
  }

  get rules(): readonly ActiveRule[] {
    return [...this.#simulator.world.faults.list(), ...this.#simulator.faults.list()];
  }

  /**
   * Puts a rule in force: one with `operation` in the world, one with `on` on the wire of this endpoint.
   * @returns its id.
   * @throws Fault `invalid-argument` that says what is wrong with the rule.
   */
  addRule(rule: unknown): string {
    // Both check what they are given.
    if (isObject(rule) && 'operation' in rule) return this.#simulator.world.faults.add(rule as FaultRule);
    if (isObject(rule) && 'on' in rule) return this.#simulator.faults.add(rule as WireFaultRule);
    throw new Fault(
      'invalid-argument',
      "A fault rule says what it strikes: 'operation' of the world, or 'on' for the wire.",
    );
  }

  /** @returns whether there was such a rule. */
  removeRule(id: string): boolean {
    return this.#simulator.world.faults.remove(id) || this.#simulator.faults.remove(id);
  }

  clearRules(): void {
    this.#simulator.world.faults.clear();
    this.#simulator.faults.clear();
  }

  /** Ends its sessions and connections. */
  close(): Promise<void> {
    return this.#simulator.close();
  }

  #addAt(place: string, rule: unknown): void {
    try {
      this.addRule(rule);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Error(`${place}: ${error.message}`, { cause: error });
    }
  }
}
