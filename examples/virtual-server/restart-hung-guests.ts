/**
 * A VBScript for Virtual Server 2005, ported: it looks at the heartbeat of each virtual machine that runs, resets those
 * that give no sign of life, tells the others about their host, and shuts one down. It blocks, as the script did.
 */
import { Revix_Close, Revix_DumpHandles } from 'revix/sync';
import { CreateObject, VirtualServerError, VMVMState, type IVMVirtualMachine } from 'revix/virtual-server/sync';

const server = CreateObject('VirtualServer.Application');

/** `WScript.Sleep`. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Share of the heartbeats that are seen; null for a guest without Additions, of which nobody can tell. */
function heartbeatOf(machine: IVMVirtualMachine): number | null {
  try {
    return machine.GuestOS.HeartbeatPercentage;
  } catch (error) {
    if (error instanceof VirtualServerError && error.code === 'VM_E_ADDITIONS_NOT_AVAIL') return null;
    throw error;
  }
}

for (const name of ['linux', 'windows']) {
  const machine = server.FindVirtualMachine(name);
  if (machine === null) throw new Error(`there is no virtual machine ${name}`);
  const task = machine.Startup();
  task.WaitForCompletion(-1);
  console.log(`${name}: ${task.Description}, result ${task.Result}, ${task.PercentCompleted} %`);
  // The Additions of both start a moment after the machine.
  for (let tries = 0; tries < 500 && heartbeatOf(machine) === null; tries += 1) sleep(20);
}

for (const machine of server.VirtualMachines) {
  if (machine.State !== VMVMState.Running) continue;
  const heartbeat = heartbeatOf(machine);
  if (heartbeat === null) {
    console.log(`${machine.Name}: no Additions`);
    continue;
  }
  const guest = machine.GuestOS;
  console.log(`${machine.Name}: ${guest.OSName}, heartbeat ${heartbeat} %`);
  if (heartbeat === 0) machine.Reset().WaitForCompletion(-1);
  guest.SetParameter('PhysicalHostName', 'host.example');
  console.log(`  it is told that its host is ${guest.GetParameter('PhysicalHostName')}`);
}

const windows = server.FindVirtualMachine('windows');
if (windows !== null) {
  const shell = 'C:\\Windows\\System32\\cmd.exe';
  const exitCode = windows.GuestOS.ExecuteCommand(shell, '/c exit 5', 'Administrator', 'password');
  console.log(`a program in windows ended with ${exitCode}`);
  windows.GuestOS.Shutdown().WaitForCompletion(60_000);
  console.log(`windows is ${windows.State === VMVMState.TurnedOff ? 'off' : 'not off'}`);
}

try {
  console.log(server.UpTime);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
Revix_Close();
console.log(`handles left beside the host: ${Revix_DumpHandles().length}`);
