import type { GuestRecord } from '../vm/vm-record.js';
import type { NewProcess } from './process-table.js';

interface SystemProcess {
  readonly pid: number;
  /** Absent: the first one. */
  readonly parentPid?: number;
  readonly name: string;
  readonly owner: string;
  readonly commandLine: string;
}

const posix: readonly SystemProcess[] = [
  { pid: 1, name: 'init', owner: 'root', commandLine: '/sbin/init' },
  { pid: 2, parentPid: 0, name: 'kthreadd', owner: 'root', commandLine: '' },
  { pid: 287, name: 'systemd-journald', owner: 'root', commandLine: '/usr/lib/systemd/systemd-journald' },
  { pid: 512, name: 'cron', owner: 'root', commandLine: '/usr/sbin/cron -f' },
  { pid: 604, name: 'sshd', owner: 'root', commandLine: '/usr/sbin/sshd -D' },
  { pid: 655, name: 'vmtoolsd', owner: 'root', commandLine: '/usr/bin/vmtoolsd' },
];

const windows: readonly SystemProcess[] = [
  { pid: 4, name: 'System', owner: 'SYSTEM', commandLine: '' },
  { pid: 264, name: 'smss.exe', owner: 'SYSTEM', commandLine: '\\SystemRoot\\System32\\smss.exe' },
  { pid: 360, parentPid: 264, name: 'csrss.exe', owner: 'SYSTEM', commandLine: 'C:\\Windows\\System32\\csrss.exe' },
  { pid: 432, parentPid: 264, name: 'wininit.exe', owner: 'SYSTEM', commandLine: 'wininit.exe' },
  { pid: 440, parentPid: 264, name: 'winlogon.exe', owner: 'SYSTEM', commandLine: 'winlogon.exe' },
  {
    pid: 520,
    parentPid: 432,
    name: 'services.exe',
    owner: 'SYSTEM',
    commandLine: 'C:\\Windows\\System32\\services.exe',
  },
  { pid: 528, parentPid: 432, name: 'lsass.exe', owner: 'SYSTEM', commandLine: 'C:\\Windows\\System32\\lsass.exe' },
  {
    pid: 644,
    parentPid: 520,
    name: 'svchost.exe',
    owner: 'SYSTEM',
    commandLine: 'C:\\Windows\\System32\\svchost.exe -k netsvcs',
  },
  {
    pid: 796,
    parentPid: 520,
    name: 'vmtoolsd.exe',
    owner: 'SYSTEM',
    commandLine: '"C:\\Program Files\\VMware\\VMware Tools\\vmtoolsd.exe"',
  },
];

/** Lowest process id for programs: those below belong to the system. */
export const firstProgramPid = 1000;

/**
 * The processes that a guest's operating system runs after a boot, with the shell of the user at the console.
 * All have their process ids, below `firstProgramPid`.
 */
export function systemProcesses(guest: Pick<GuestRecord, 'family' | 'consoleUser'>): readonly NewProcess[] {
  const base = guest.family === 'posix' ? posix : windows;
  const system = base.map((process): NewProcess => ({ ...process, isSystem: true }));
  if (guest.consoleUser === null) return system;
  const shell =
    guest.family === 'posix'
      ? { pid: 901, name: 'bash', commandLine: '-bash' }
      : { pid: 924, parentPid: 440, name: 'explorer.exe', commandLine: 'C:\\Windows\\explorer.exe' };
  return [...system, { ...shell, owner: guest.consoleUser }];
}
