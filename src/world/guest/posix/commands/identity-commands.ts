import { isIPv4 } from 'node:net';
import { groupIdOf } from '../../accounts.js';
import { kernelOf } from '../../guest-os-names.js';
import { addressesOf, networkMask, parseNicAddress } from '../../nics.js';
import type { ProgramContext } from '../../program.js';
import { parseOptions, UsageError, type PosixCommand } from '../posix-command.js';
import { formatDate } from './date-format.js';

const id: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'ugGnr');
  const users = context.accounts.list();
  const [name = context.user.name] = operands;
  const user =
    name === context.user.name ? context.user : users.find((each) => [each.name, `${each.id}`].includes(name));
  if (user === undefined) throw new UsageError(`'${name}': no such user`);
  const isName = options.has('n');
  const groupId = groupIdOf(users, user.group);
  if (options.has('u')) context.writeStdout(`${isName ? user.name : user.id}\n`);
  else if (options.has('g') || options.has('G')) context.writeStdout(`${isName ? user.group : groupId}\n`);
  else {
    const group = `${groupId}(${user.group})`;
    context.writeStdout(`uid=${user.id}(${user.name}) gid=${group} groups=${group}\n`);
  }
  return 0;
};

const whoami: PosixCommand = (_words, context) => {
  context.writeStdout(`${context.user.name}\n`);
  return 0;
};

const groups: PosixCommand = (_words, context) => {
  context.writeStdout(`${context.user.group}\n`);
  return 0;
};

const hostname: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'Iisfd');
  if (operands.length > 0) throw new UsageError('you must be root to change the host name');
  if (options.has('I')) context.writeStdout(`${reachable(context).join(' ')}\n`);
  else if (options.has('i')) context.writeStdout(`${context.ipAddress}\n`);
  else if (options.has('s')) context.writeStdout(`${context.hostName.replace(/\..*$/u, '')}\n`);
  else if (options.has('d')) context.writeStdout(`${context.hostName.replace(/^[^.]*\.?/u, '')}\n`);
  else context.writeStdout(`${context.hostName}\n`);
  return 0;
};

/** Every address that others can reach. */
function reachable({ nics }: ProgramContext): readonly string[] {
  return addressesOf(nics).filter((address) => scopeOf(address) === 'global');
}

const machine = 'x86_64';

const uname: PosixCommand = (words, context) => {
  const { options } = parseOptions(words, 'asnrvmpio', ['all']);
  const kernel = kernelOf(context.osName);
  const shown: readonly (readonly [string, string])[] = [
    ['s', kernel.name],
    ['n', context.hostName],
    ['r', kernel.release],
    ['v', '#1 SMP'],
    ['m', machine],
    ['p', machine],
    ['i', machine],
    ['o', kernel.system],
  ];
  const isAll = options.has('a') || options.has('all');
  const asked = shown.filter(([letter]) => (isAll ? !'pi'.includes(letter) : options.has(letter)));
  context.writeStdout(`${asked.length === 0 ? kernel.name : asked.map(([, text]) => text).join(' ')}\n`);
  return 0;
};

const arch: PosixCommand = (_words, context) => {
  context.writeStdout(`${machine}\n`);
  return 0;
};

const ifconfig: PosixCommand = (_words, context) => {
  for (const [index, { mac, addresses, isConnected }] of context.nics.entries()) {
    const flags = isConnected ? '4163<UP,BROADCAST,RUNNING,MULTICAST>' : '4099<UP,BROADCAST,MULTICAST>';
    context.writeStdout(`eth${index}: flags=${flags}  mtu 1500\n`);
    for (const { address, prefixLength } of isConnected ? addresses.map(parseNicAddress) : []) {
      const line = isIPv4(address)
        ? `inet ${address}  netmask ${networkMask(prefixLength)}`
        : `inet6 ${address}  prefixlen ${prefixLength}  scopeid ${scopeOf(address) === 'link' ? '0x20<link>' : '0x0<global>'}`;
      context.writeStdout(`        ${line}\n`);
    }
    context.writeStdout(`        ether ${mac}  txqueuelen 1000  (Ethernet)\n\n`);
  }
  context.writeStdout('lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n');
  return 0;
};

const ip: PosixCommand = (words, context) => {
  const [subject = '', verb = 'show'] = words.filter((word) => !word.startsWith('-'));
  const isAddress = /^a(?:ddr(?:ess)?)?$/u.test(subject);
  if (!(isAddress || /^l(?:i(?:nk)?)?$/u.test(subject)) || !/^(?:show|list|ls?|sh)$/u.test(verb)) {
    const problem = `only "ip addr show" and "ip link show" work in a mock guest, not "ip ${words.join(' ')}"`;
    throw new UsageError(problem);
  }
  context.writeStdout('1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    link/loopback 00:00:00:00:00:00\n');
  if (isAddress) context.writeStdout('    inet 127.0.0.1/8 scope host lo\n');
  for (const [index, { mac, addresses, isConnected }] of context.nics.entries()) {
    const flags = isConnected ? 'BROADCAST,MULTICAST,UP,LOWER_UP' : 'NO-CARRIER,BROADCAST,MULTICAST,UP';
    context.writeStdout(
      `${index + 2}: eth${index}: <${flags}> mtu 1500\n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n`,
    );
    for (const text of isAddress && isConnected ? addresses : []) {
      const { address } = parseNicAddress(text);
      const family = isIPv4(address) ? 'inet' : 'inet6';
      context.writeStdout(
        `    ${family} ${text} scope ${scopeOf(address)}${family === 'inet' ? ` eth${index}` : ''}\n`,
      );
    }
  }
  return 0;
};

function scopeOf(address: string): 'link' | 'global' {
  return address.toLowerCase().startsWith('fe80:') ? 'link' : 'global';
}

/** Counts from the start of the guest's first process. */
const uptime: PosixCommand = (_words, context) => {
  const nowMs = context.clock.now();
  const bootMs = context.processes().find(({ pid }) => pid === 1)?.startMs ?? nowMs;
  const minutes = Math.floor((nowMs - bootMs) / 60_000);
  const span = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
  context.writeStdout(` ${formatDate('%H:%M:%S', nowMs)} up ${span},  1 user,  load average: 0.00, 0.00, 0.00\n`);
  return 0;
};

/** Who and where a program is. */
export const identityCommands: Readonly<Record<string, PosixCommand>> = {
  id,
  whoami,
  logname: whoami,
  groups,
  hostname,
  uname,
  arch,
  ifconfig,
  ip,
  uptime,
};
