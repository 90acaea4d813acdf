/** A port of the host that a network passes on to a guest. */
export interface PortForwardingRecord {
  network: string;
  protocol: 'tcp' | 'udp';
  hostPort: number;
  guestIp: string;
  guestPort: number;
  description: string;
}

/** What belongs to the host rather than to one of its machines. Plain data. */
export interface HostRecord {
  portForwardings: PortForwardingRecord[];
}

/** The record of a host that nobody has configured. */
export function newHostRecord(): HostRecord {
  return { portForwardings: [] };
}
