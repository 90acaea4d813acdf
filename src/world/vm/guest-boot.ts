import type { VmRecord } from './vm-record.js';

/** Starts a guest's operating system afresh: its own processes and the first lines of its console. */
export function bootGuest(record: VmRecord, atMs: number): void {
  const { guest } = record;
  guest.processes = [];
  delete guest.toolsEnvironment;
  record.consoleLines = [];
  void atMs;
}
