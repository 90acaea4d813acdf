/**
 * A mock host with an inventory of its own, as a YAML file would hold it: finds the machines, looks into a guest, and
 * shows what an inventory that is not in order is answered with.
 */
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_FIND_REGISTERED_VMS,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  type VixHandle,
} from 'revix';
import { createMockBackend, parseInventory } from 'revix/mock';

const text = `
vms:
  - name: db
    location: "[ssd] db/db.vmx"
    power: on
    memoryMb: 4096
    guest:
      users:
        - { name: root, password: letmein }
        - { name: postgres, password: elephant, home: /var/lib/postgresql }
      files:
        - { path: /etc/motd, text: "The database.\\n" }
        - { path: /var/lib/postgresql/secret, text: "x", owner: postgres, mode: 0o600 }
      processes:
        - { name: postgres, owner: postgres, commandLine: /usr/bin/postgres -D /data }
    snapshots:
      - name: clean
        children:
          - { name: with data, isCurrent: true }
  - name: "worker {n}"
    location: "[ssd] workers/worker{n}.vmx"
    guestOs: windows9-64
    count: 3
`;

const vix = createVix({ backends: [createMockBackend({ inventory: parseInventory(text, 'lab.yaml') })] });

async function resultHandle(jobHandle: VixHandle): Promise<VixHandle> {
  const handle = Vix_Out(VIX_INVALID_HANDLE);
  const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
  if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
  vix.Vix_ReleaseHandle(jobHandle);
  return handle.value;
}

async function finish(jobHandle: VixHandle): Promise<void> {
  const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
  vix.Vix_ReleaseHandle(jobHandle);
}

async function onItem(_jobHandle: VixHandle, eventType: number, moreEventInfo: VixHandle): Promise<void> {
  if (eventType !== VIX_EVENTTYPE_FIND_ITEM) return;
  const location = Vix_Out<string>();
  await vix.Vix_GetProperties(moreEventInfo, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
  console.log(location.value);
}

async function exitCodeOf(vm: VixHandle, command: string): Promise<number> {
  const exitCode = Vix_Out<number>();
  const job = vix.VixVM_RunProgramInGuest(vm, '/bin/sh', `-c '${command}'`, 0, VIX_INVALID_HANDLE, null, null);
  await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, exitCode, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return exitCode.value;
}

const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
const host = await resultHandle(
  vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null),
);
await finish(vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1, onItem, null));

const vm = await resultHandle(vix.VixHost_OpenVM(host, '[ssd] db/db.vmx', 0, VIX_INVALID_HANDLE, null, null));
await finish(vix.VixVM_LoginInGuest(vm, 'root', 'letmein', 0, null, null));
console.log(`root reads the secret: exit code ${await exitCodeOf(vm, 'cat /var/lib/postgresql/secret')}`);
console.log(`postgres runs: exit code ${await exitCodeOf(vm, 'pgrep postgres')}`);
console.log(`mysqld does not: exit code ${await exitCodeOf(vm, 'pgrep mysqld')}`);

try {
  parseInventory('vms:\n  - name: db\n    location: "[ssd] db/db.vmx"\n    memoryMB: many\n', 'broken.yaml');
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}

vix.Vix_ReleaseHandle(vm);
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
await vix.Revix_Close();
