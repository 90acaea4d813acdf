import type { Clock } from '../base/clock.js';
import type { Inventory } from '../world/inventory/inventory-schema.js';
import type { World } from '../world/world.js';
import type { EndpointKind } from './endpoint-kind.js';
import type { TlsIdentity } from './server/certificate.js';
import type { ServerLimits } from './server/listener.js';
import type { WireFaultRule } from './server/wire-faults.js';
import type { EndpointUser } from './sessions.js';

/** How an endpoint is started. Everything may be left out, and all but `world`, `clock` and `onDefect` is plain data. */
export interface SimulatorOptions {
  /** What the world begins with: an inventory, or the path of its YAML or JSON file; by default `defaultInventory`. */
  readonly inventory?: Inventory | string;
  /** A world that exists already; it then is not closed with the simulator. */
  readonly world?: World;
  /** What the endpoint pretends to be; a vCenter by default. */
  readonly kind?: EndpointKind;
  /** The one datacentre of the world that an ESXi shows; by default that of the first machine. */
  readonly datacenter?: string;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** 0, the default: any that is free. */
  readonly port?: number;
  /** A certificate with its key as PEM, `self-signed` (the default), or false: no TLS. */
  readonly tls?: TlsIdentity | 'self-signed' | false;
  /** Who may log in; by default whom the inventory's `hostUsers` name, and without these anybody. */
  readonly users?: readonly EndpointUser[];
  /** Rules of the wire that are in force from the start. */
  readonly faults?: readonly WireFaultRule[];
  /** Time of the endpoint, and of the world unless that exists already; by default the machine's own. */
  readonly clock?: Clock;
  /** After so long without a call a session ends, ms; 30 minutes by default. */
  readonly sessionTimeoutMs?: number;
  /** How long each change of power state takes, ms; 10 by default. Not for a world that exists already. */
  readonly powerDurationMs?: number;
  /**
   * Host, or host and port, in the URLs of guest file transfers; `*` has clients fill in whom they called. By default `*`
   * on an ESXi and on one that listens everywhere, else the address.
   */
  readonly transferHost?: string;
  /**
   * Certificate of the host that `transferHost` names, as on a vCenter, whose hosts have their own. By default one that
   * signs itself where `tls` is that, too; else that of the endpoint.
   */
  readonly transferTls?: TlsIdentity;
  readonly limits?: Partial<ServerLimits>;
  /** Told of failures inside the simulator, with what they happened to. By default they are dropped. */
  readonly onDefect?: (error: unknown, where: string) => void;
}
