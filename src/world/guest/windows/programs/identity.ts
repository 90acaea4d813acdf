import { isIPv4 } from 'node:net';
import { networkMask, parseNicAddress, type GuestNic } from '../../nics.js';
import type { GuestProgram, ProgramContext } from '../../program.js';
import { splitSwitches } from '../arguments.js';
import { longTimeText } from '../guest-time.js';
import { userSid } from '../sid.js';
import { windowsVersion } from '../version.js';
import { accountName, printErrorLine, printLine } from './program-output.js';

export const whoami: GuestProgram = async (context) => {
  const { switches } = splitSwitches(context.arguments);
  if (switches.length === 0) {
    printLine(context, accountName(context));
    return 0;
  }
  if (switches.includes('groups')) {
    const groups = ['Everyone', 'BUILTIN\\Users', ...(context.user.isAdministrator ? ['BUILTIN\\Administrators'] : [])];
    printLine(context);
    printLine(context, 'GROUP INFORMATION');
    printLine(context, '-----------------');
    printLine(context);
    for (const group of groups) printLine(context, group);
    return 0;
  }
  if (switches.includes('user')) {
    const name = accountName(context);
    const sid = userSid(context.user);
    for (const line of ['', 'USER INFORMATION', '----------------', '']) printLine(context, line);
    printLine(context, `${'User Name'.padEnd(name.length)} SID`);
    printLine(context, `${'='.repeat(name.length)} ${'='.repeat(sid.length)}`);
    printLine(context, `${name} ${sid}`);
    return 0;
  }
  printErrorLine(context, `ERROR: Invalid argument/option - '/${switches[0] ?? ''}'.`);
  printErrorLine(context, 'Type "WHOAMI /?" for usage.');
  return 1;
};

export const hostname: GuestProgram = async (context) => {
  if (context.arguments.trim() !== '') {
    printErrorLine(context, 'sethostname: Use the Network Control Panel Applet to set hostname.');
    printErrorLine(context, 'hostname -s is not supported.');
    return 1;
  }
  printLine(context, context.hostName);
  return 0;
};

/** Characters of a label with its dots. */
const labelWidth = 34;

function adapterLine(name: string, value: string): string {
  let label = name;
  while (label.length < labelWidth) label += label.length % 2 === 0 ? '.' : ' ';
  return `   ${label}: ${value}`;
}

function adapter(context: ProgramContext, nic: GuestNic, index: number, isFull: boolean): void {
  const row = (name: string, value: string): void => printLine(context, adapterLine(name, value));
  const preferred = isFull ? '(Preferred)' : '';
  printLine(context);
  printLine(context, `Ethernet adapter Ethernet${index}:`);
  printLine(context);
  if (!nic.isConnected) row('Media State', 'Media disconnected');
  row('Connection-specific DNS Suffix  ', '');
  if (isFull) {
    row('Description', 'vmxnet3 Ethernet Adapter');
    row('Physical Address', nic.mac.toUpperCase().replaceAll(':', '-'));
    row('DHCP Enabled', nic.isDhcp ? 'Yes' : 'No');
  }
  if (!nic.isConnected) return;
  const addresses = nic.addresses.map(parseNicAddress);
  for (const { address } of addresses.filter((each) => !isIPv4(each.address))) {
    const kind = address.toLowerCase().startsWith('fe80:') ? 'Link-local IPv6 Address' : 'IPv6 Address';
    row(kind, `${address}${preferred}`);
  }
  for (const { address, prefixLength } of addresses.filter((each) => isIPv4(each.address))) {
    row('IPv4 Address', `${address}${preferred}`);
    row('Subnet Mask', networkMask(prefixLength));
  }
  row('Default Gateway', nic.gateway ?? '');
}

export const ipconfig: GuestProgram = async (context) => {
  const { switches } = splitSwitches(context.arguments);
  const unknown = switches.find((name) => !/^(all|flushdns)$/.test(name));
  if (unknown !== undefined) {
    printErrorLine(context, `Error: unrecognized or incomplete command line.`);
    return 1;
  }
  printLine(context);
  printLine(context, 'Windows IP Configuration');
  printLine(context);
  if (switches.includes('flushdns')) {
    printLine(context, 'Successfully flushed the DNS Resolver Cache.');
    return 0;
  }
  if (switches.includes('all')) {
    printLine(context, adapterLine('Host Name', context.hostName));
    printLine(context, adapterLine('Primary Dns Suffix', ''));
    printLine(context, adapterLine('Node Type', 'Hybrid'));
    printLine(context, adapterLine('IP Routing Enabled', 'No'));
  }
  for (const [index, nic] of context.nics.entries()) adapter(context, nic, index, switches.includes('all'));
  return 0;
};

export const systeminfo: GuestProgram = async (context) => {
  const row = (name: string, value: string): void => printLine(context, `${`${name}:`.padEnd(27)}${value}`);
  const build = windowsVersion(context.osName);
  const started = Math.min(context.clock.now(), ...context.processes().map(({ startMs }) => startMs));
  printLine(context);
  row('Host Name', context.hostName.toUpperCase());
  row('OS Name', context.osName);
  row('OS Version', `${build.split('.').slice(0, 3).join('.')} N/A Build ${build.split('.')[2] ?? ''}`);
  row('Registered Owner', context.user.name);
  row('System Boot Time', longTimeText(started).replace(' ', ', '));
  row('System Manufacturer', 'VMware, Inc.');
  row('System Model', 'VMware Virtual Platform');
  row('System Type', 'x64-based PC');
  row('Windows Directory', 'C:\\Windows');
  row('System Directory', 'C:\\Windows\\system32');
  row('Domain', 'WORKGROUP');
  return 0;
};
