import { isIPv6 } from 'node:net';
import type { GuestReport, NicReport } from '../../world/vm/guest-report.js';
import { toolsStart } from '../../world/vm/power-state.js';
import { guestOsCode } from './guest-os-code.js';
import { machineOf } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { ok, RestMap, type RestCall, type RestRoute } from './rest-route.js';

const guest = '/vcenter/vm/{vm}/guest';

/** What Tools tells of a guest without anybody's login. */
export const guestFactsRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: `${guest}/identity`,
    isLegacyToo: true,
    run: async (call) => {
      const { vm } = await machineOf(call, 'System.Read');
      const { guestOs } = await vm.record();
      const { family, osName, hostName, ipAddress } = await reportOf(call);
      return ok({
        name: guestOsCode(guestOs),
        family: family === 'windows' ? 'WINDOWS' : 'LINUX',
        full_name: { id: `vmsg.guestos.${guestOs}.label`, default_message: osName, args: [] },
        host_name: hostName,
        ...(ipAddress === null ? {} : { ip_address: ipAddress }),
      });
    },
  },
  {
    method: 'GET',
    path: `${guest}/local-filesystem`,
    isLegacyToo: true,
    run: async (call) => {
      const { vm, world } = await machineOf(call, 'System.Read');
      const disks = (await vm.guestDisks(world)) ?? noTools();
      return ok(
        new RestMap(
          Object.fromEntries(
            disks.map(({ path, capacityBytes, freeBytes, fileSystem }) => [
              path,
              { capacity: capacityBytes, free_space: freeBytes, filesystem: fileSystem, mappings: [{ disk: '2000' }] },
            ]),
          ),
        ),
      );
    },
  },
  {
    method: 'GET',
    path: `${guest}/networking`,
    isLegacyToo: true,
    run: async (call) => {
      const { hostName, domain, dnsServers } = await reportOf(call);
      return ok({
        dns_values: { host_name: hostName, domain_name: domain },
        dns: { ip_addresses: dnsServers, search_domains: domain === '' ? [] : [domain] },
      });
    },
  },
  {
    method: 'GET',
    path: `${guest}/networking/interfaces`,
    isLegacyToo: true,
    run: async (call) => ok((await reportOf(call)).nics.map(interfaceOf)),
  },
  {
    method: 'GET',
    path: `${guest}/networking/routes`,
    isLegacyToo: true,
    run: async (call) => ok((await reportOf(call)).nics.flatMap(routesOf)),
  },
  {
    method: 'GET',
    path: `${guest}/operations`,
    run: async (call) => {
      const { vm, world } = await machineOf(call, 'System.Read');
      const record = await vm.record();
      if (toolsStart(record, call.endpoint.clock.now()).state === 'not-installed') noTools();
      const isReady = (await vm.guestReport(world)) !== null;
      return ok({
        guest_operations_ready: isReady,
        interactive_guest_operations_ready: isReady && record.guest.consoleUser !== null,
      });
    },
  },
];

/** @throws RestProblem `SERVICE_UNAVAILABLE`. */
async function reportOf(call: RestCall): Promise<GuestReport> {
  const { vm, world } = await machineOf(call, 'System.Read');
  return (await vm.guestReport(world)) ?? noTools();
}

function noTools(): never {
  throw new RestProblem('SERVICE_UNAVAILABLE', 'Tools does not run in the virtual machine, so nothing is known.');
}

function interfaceOf({ mac, isDhcp, addresses }: NicReport, index: number): object {
  return {
    mac_address: mac,
    nic: String(4000 + index),
    ip: {
      ip_addresses: addresses.map(({ address, prefixLength }) => ({
        ip_address: address,
        prefix_length: prefixLength,
        origin: address.toLowerCase().startsWith('fe80:') ? 'LINKLAYER' : isDhcp ? 'DHCP' : 'MANUAL',
        state: 'PREFERRED',
      })),
      dhcp: { ipv4_enabled: isDhcp, ipv6_enabled: false },
    },
  };
}

function routesOf({ gateway, addresses, isConnected }: NicReport, index: number): readonly object[] {
  if (!isConnected) return [];
  const local = addresses.map(({ address, prefixLength }) => ({
    network: isIPv6(address) ? ipv6Network(address) : ipv4Network(address, prefixLength),
    prefix_length: prefixLength,
    interface_index: index,
  }));
  if (gateway === null) return local;
  const network = isIPv6(gateway) ? '::' : '0.0.0.0';
  return [{ network, prefix_length: 0, gateway_address: gateway, interface_index: index }, ...local];
}

function ipv4Network(address: string, prefixLength: number): string {
  return address
    .split('.')
    .map((byte, index) => {
      const bits = Math.min(8, Math.max(0, prefixLength - index * 8));
      return Number(byte) & (256 - 2 ** (8 - bits));
    })
    .join('.');
}

/** The networks of mock guests are as long as networks of IPv6 usually are: four groups. */
function ipv6Network(address: string): string {
  return `${address.split(':').slice(0, 4).join(':').replace(/:+$/u, '')}::`;
}
