/**
 * A script written against VMware::Vix::Simple, ported: it connects, looks for a virtual machine, runs a program in its
 * guest and prints the exit code, its files and its processes. In Perl each call blocks; with `revix/simple/sync` it
 * does here too, and the script keeps its lines.
 */
import { fileURLToPath } from 'node:url';
import {
  FindItems,
  GetErrorText,
  GetProperties,
  HostConnect,
  HostDisconnect,
  ReleaseHandle,
  VIX_API_VERSION,
  VIX_FIND_REGISTERED_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMPOWEROP_NORMAL,
  VMCopyFileFromHostToGuest,
  VMListDirectoryInGuest,
  VMLoginInGuest,
  VMLogoutFromGuest,
  VMOpen,
  VMPowerOff,
  VMPowerOn,
  VMRunProgramInGuest,
  VMRunProgramInGuestEx,
  VMWaitForToolsInGuest,
  type VixError,
} from 'revix/simple/sync';
import { Revix_DumpHandles } from 'revix/sync';

function dieIf(what: string, err: VixError): void {
  if (err !== VIX_OK) throw new Error(`${what} failed, ${err}: ${GetErrorText(err)}`);
}

let err: VixError;

const [connectErr, host] = HostConnect(
  VIX_API_VERSION,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  null,
  0,
  null,
  null,
  0,
  VIX_INVALID_HANDLE,
);
dieIf('HostConnect', connectErr);

const [findErr, ...paths] = FindItems(host, VIX_FIND_REGISTERED_VMS, -1);
dieIf('FindItems', findErr);
const path = paths.find((candidate) => candidate.endsWith('/linux.vmx'));
if (path === undefined) throw new Error('there is no virtual machine linux.vmx');
console.log(`${paths.length} virtual machines, among them ${path}`);

const [openErr, vm] = VMOpen(host, path);
dieIf('VMOpen', openErr);
const [readErr, name, cpus] = GetProperties(vm, VIX_PROPERTY_VM_NAME, VIX_PROPERTY_VM_NUM_VCPUS);
dieIf('GetProperties', readErr);
console.log(`${name} has ${cpus} CPU${cpus === 1 ? '' : 's'}`);

err = VMPowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE);
dieIf('VMPowerOn', err);
err = VMWaitForToolsInGuest(vm, 300);
dieIf('VMWaitForToolsInGuest', err);
err = VMLoginInGuest(vm, 'user', 'password', 0);
dieIf('VMLoginInGuest', err);

err = VMCopyFileFromHostToGuest(vm, fileURLToPath(import.meta.url), '/nowhere/here', 0, VIX_INVALID_HANDLE);
console.log(`a copy to a folder that is not there: ${err}, ${GetErrorText(err)}`);

err = VMRunProgramInGuest(vm, '/bin/mkdir', '-p /tmp/report/old', 0, VIX_INVALID_HANDLE);
dieIf('VMRunProgramInGuest', err);
const [runErr, info] = VMRunProgramInGuestEx(vm, '/bin/ls', '/tmp/missing', 0, VIX_INVALID_HANDLE);
dieIf('VMRunProgramInGuestEx', runErr);
console.log(`ls of a missing folder ended with ${info.EXIT_CODE}`);

const [listErr, ...files] = VMListDirectoryInGuest(vm, '/tmp/report', 0);
dieIf('VMListDirectoryInGuest', listErr);
for (const file of files) console.log(`${file.FILE_NAME}${(file.FILE_ATTRIBUTES & 1) === 0 ? '' : '/'}`);

err = VMLogoutFromGuest(vm);
dieIf('VMLogoutFromGuest', err);
err = VMPowerOff(vm, VIX_VMPOWEROP_NORMAL);
dieIf('VMPowerOff', err);
ReleaseHandle(vm);
console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
HostDisconnect(host);
