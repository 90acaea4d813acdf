import type { EndpointKind, EndpointUser, TlsIdentity } from '../../simulator/index.js';

/** A world to be served. Endpoints with the same plan serve the same world. */
export interface WorldPlan {
  /** Paths of inventory files, whose machines are put together. None: the default inventory. */
  readonly inventories: readonly string[];
  /** Where the machines are kept; by default in memory. */
  readonly directory: string | undefined;
  /** How long each change of power state takes, ms. */
  readonly powerDurationMs: number | undefined;
}

/** A fault rule as somebody wrote it, not checked, with its place: `faults.yaml:3: [0]`. */
export interface PlannedRule {
  readonly place: string;
  readonly rule: unknown;
}

/** An endpoint to be started. */
export interface EndpointPlan {
  /** What the announcement and the control call it. */
  readonly name: string;
  readonly world: WorldPlan;
  readonly kind: EndpointKind;
  readonly datacenter: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsIdentity | 'self-signed' | false;
  /** Empty: those of the inventory; without these anybody. */
  readonly users: readonly EndpointUser[];
  readonly rules: readonly PlannedRule[];
  readonly sessionTimeoutMs: number | undefined;
  readonly transferHost: string | undefined;
}

/** What `revix simulate` is to do. */
export interface SimulationPlan {
  readonly endpoints: readonly EndpointPlan[];
  /** Time stands still until the control moves it on. */
  readonly hasFakeClock: boolean;
  /** Port of the control; 0: any that is free; undefined: no control. */
  readonly controlPort: number | undefined;
}

/** Port of vSphere simulators where none is named. */
export const usualPort = 8989;
/** Address to listen on where none is named: this machine only. */
export const usualHost = '127.0.0.1';
