import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVsphereBackend } from '../../src/backends/vsphere/index.js';
import { FakeClock } from '../../src/base/clock.js';
import { Fault, type FaultKind } from '../../src/base/fault.js';
import { createVix } from '../../src/compose/create-vix.js';
import { faultCode } from '../../src/errors/vix-failure.js';
import { startSimulator, type Simulator, type WireEffect, type WireFaultRule } from '../../src/simulator/index.js';
import { asVimFault } from '../../src/simulator/world-faults.js';
import type { ConformanceTarget, InjectedFault, VmRole } from '../../src/testing/index.js';
import {
  VIX_E_CANNOT_CONNECT_TO_HOST,
  VIX_E_HOST_USER_PERMISSIONS,
  VIX_E_INVALID_HOSTNAME_SPECIFICATION,
  VIX_E_NET_HTTP_SSL_SECURITY,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
} from '../../src/vix/names.js';
import { goodCertificate, selfSignedCertificate } from '../fixtures/tls/certificates.js';
import { inventoryFor, vmsFor } from './inventory.js';
import { NetworkQuiet } from './network-quiet.js';
import { vsphereOperations } from './vsphere-operations.js';

/** Makes a vCenter that serves a machine for each of the roles, with the vSphere backend over loopback TLS before it. */
export async function vsphereTarget(roles: readonly VmRole[]): Promise<ConformanceTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'revix-conformance-'));
  const clock = new FakeClock();
  const defects: string[] = [];
  const simulator = await startSimulator({
    inventory: inventoryFor(roles),
    clock,
    tls: goodCertificate,
    onDefect: (error, where) => defects.push(`${where}: ${String(error)}`),
  });
  const stranger = await startSimulator({ inventory: inventoryFor([]), clock, tls: selfSignedCertificate });
  const thumbprint = simulator.thumbprint?.sha256 ?? '';
  const backend = createVsphereBackend({ tls: { thumbprint }, clock });
  const vix = createVix({ backends: [backend], config: {}, clock });
  const quiet = new NetworkQuiet();
  const connection = {
    hostType: VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
    hostName: simulator.url,
    hostPort: 0,
    userName: 'admin',
    password: 'host password',
  };
  return {
    vix,
    connection,
    refusedConnections: [
      {
        what: 'a wrong password',
        connection: { ...connection, password: 'not the password' },
        error: VIX_E_HOST_USER_PERMISSIONS,
      },
      {
        what: 'a host with a certificate that is not the pinned one',
        connection: { ...connection, hostName: stranger.url },
        error: VIX_E_NET_HTTP_SSL_SECURITY,
      },
      {
        what: 'a port where nobody listens',
        connection: { ...connection, hostName: 'https://127.0.0.1:1/sdk' },
        error: VIX_E_CANNOT_CONNECT_TO_HOST,
      },
      {
        what: 'a host name that is none',
        connection: { ...connection, hostName: 'ftp://127.0.0.1' },
        error: VIX_E_INVALID_HOSTNAME_SPECIFICATION,
      },
    ],
    capabilities: backend.capabilities,
    vms: vmsFor(roles),
    directory,
    newLocation: (name) => `[Lab/store] ${name}/${name}.vmx`,
    inject: (fault) => injected(simulator, fault),
    advance: async (ms) => {
      await quiet.wait();
      await clock.advance(ms);
    },
    async close() {
      await vix.Revix_Close();
      quiet.close();
      await simulator.close();
      await stranger.close();
      await rm(directory, { recursive: true, force: true });
      if (defects.length > 0) throw new Error(`the simulator failed: ${defects.join('; ')}`);
    },
  };
}

/** Strikes the methods that an operation comes down to. @returns how to stop that. */
function injected({ faults }: Simulator, { operation, kind }: InjectedFault): () => void {
  const methods = vsphereOperations[operation];
  if (methods === undefined) throw new Error(`vsphere-operations.ts does not know ${operation}`);
  const rules: WireFaultRule[] =
    kind === 'connection-lost'
      ? [
          // What is under way is refused for want of a session, and no new one is to be had.
          ...methods.map((on) => ({ on, effect: { expireSession: true } as const })),
          { on: 'Login', effect: { status: 503 } },
        ]
      : methods.map((on) => ({ on, effect: faultOf(kind) }));
  const ids = rules.map((rule) => faults.add(rule));
  return () => {
    for (const id of ids) faults.remove(id);
  };
}

/** A fault of that kind. What one fault of vSphere says of several kinds, the code in its text tells apart, as Tools does. */
function faultOf(kind: FaultKind): WireEffect {
  const code = faultCode(new Fault(kind, ''));
  const { fault, message } = asVimFault(new Fault(kind, `It was to fail. vix error codes = (${code}, 0).`));
  return { fault, message };
}
