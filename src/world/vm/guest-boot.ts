import { firstProgramPid, systemProcesses } from '../guest/guest-os.js';
import { toolsNames, type NewProcess } from '../guest/process-table.js';
import { forgetVolatileKeys } from '../guest/windows/registry.js';
import type { ProcessRecord, VmRecord } from './vm-record.js';

/** Starts a guest's operating system afresh: its own processes, the services, and an empty console. */
export function bootGuest(record: VmRecord, atMs: number): void {
  const { guest, tools } = record;
  const add = (process: NewProcess): void => void guest.processes.push(processRecord(record, process, atMs));
  guest.processes = [];
  guest.nextPid = firstProgramPid;
  for (const process of systemProcesses(guest)) {
    if (tools.version !== null || !toolsNames.has(process.name)) add(process);
  }
  for (const { runsForMs, ...service } of guest.services ?? []) {
    add({ ...service, endsAtMs: runsForMs === null ? null : atMs + runsForMs });
  }
  delete guest.toolsEnvironment;
  if (guest.registry !== null) forgetVolatileKeys(guest.registry);
  record.consoleLines = [];
}

function processRecord(record: VmRecord, process: NewProcess, atMs: number): ProcessRecord {
  const { guest, power } = record;
  const pid = process.pid ?? guest.nextPid;
  if (process.pid === undefined) guest.nextPid += guest.family === 'windows' ? 4 : 1;
  return {
    pid,
    name: process.name,
    owner: process.owner,
    commandLine: process.commandLine,
    startMs: atMs,
    endMs: null,
    exitCode: null,
    isSystem: process.isSystem ?? false,
    runnerPid: null,
    endsAtMs: process.endsAtMs ?? null,
    bootCount: power.bootCount,
    ...(process.parentPid === undefined ? {} : { parentPid: process.parentPid }),
  };
}
