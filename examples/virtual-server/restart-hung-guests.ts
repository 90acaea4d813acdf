/**
 * A VBScript for Virtual Server 2005, ported: it looks at the heartbeat of each virtual machine that runs, resets the guest
 * that hangs, tells the others about their host, and shuts one down. It blocks, as the script did. The mock host has a
 * guest of each kind; over a vSphere, `CreateObject` takes its URL.
 */
import { createVix } from 'revix/sync';
import { createVirtualServer, VirtualServerError, VMVMState, type IVMVirtualMachine } from 'revix/virtual-server/sync';

const vix = createVix({
  mock: {
    inventory: {
      vms: [
        { name: 'files', location: '[store] files/files.vmx', power: 'on' },
        { name: 'mail', location: '[store] mail/mail.vmx', power: 'on', tools: { heartbeat: 'yellow' } },
        { name: 'web', location: '[store] web/web.vmx', power: 'on', tools: { heartbeat: 'red', bootDelayMs: 20 } },
        { name: 'old', location: '[store] old/old.vmx', power: 'on', tools: false },
        { name: 'dc1', location: '[store] dc1/dc1.vmx', guestOs: 'windows2019srv-64', tools: { bootDelayMs: 20 } },
      ],
    },
  },
});
const { CreateObject } = createVirtualServer(vix);

// Set server = CreateObject("VirtualServer.Application")
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

/** The Additions start a moment after the machine. */
function waitForHeartbeat(machine: IVMVirtualMachine): void {
  for (let tries = 0; tries < 500 && heartbeatOf(machine) === null; tries += 1) sleep(20);
}

const dc1 = server.FindVirtualMachine('DC1');
if (dc1 === null) throw new Error('there is no virtual machine dc1');
const starting = dc1.Startup();
starting.WaitForCompletion(-1);
console.log(`dc1: ${starting.Description}, result ${starting.Result}, ${starting.PercentCompleted} %`);
waitForHeartbeat(dc1);

for (const machine of server.VirtualMachines) {
  if (machine.State !== VMVMState.Running) continue;
  const heartbeat = heartbeatOf(machine);
  if (heartbeat === null) {
    console.log(`${machine.Name}: no Additions`);
    continue;
  }
  console.log(`${machine.Name}: heartbeat ${heartbeat} %`);
  if (!machine.GuestOS.IsHeartbeating) {
    const reset = machine.Reset();
    reset.WaitForCompletion(-1);
    waitForHeartbeat(machine);
    console.log(`  it hangs: ${reset.Description}, heartbeat ${heartbeatOf(machine)} % again`);
  }
  machine.GuestOS.SetParameter('PhysicalHostName', 'host.example');
  console.log(
    `  ${machine.GuestOS.OSName} is told that its host is ${machine.GuestOS.GetParameter('PhysicalHostName')}`,
  );
}

const shell = 'C:\\Windows\\System32\\cmd.exe';
console.log(
  `a program in dc1 ended with ${dc1.GuestOS.ExecuteCommand(shell, '/c exit 5', 'Administrator', 'password')}`,
);
dc1.GuestOS.Shutdown().WaitForCompletion(60_000);
console.log(`dc1 is ${dc1.State === VMVMState.TurnedOff ? 'off' : 'not off'}`);

try {
  console.log(server.UpTime);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
vix.Revix_Close();
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length}`);
