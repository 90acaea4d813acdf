/**
 * A Visual Basic program over VixCOM, ported: it takes snapshots and prints their tree by recursion.
 */
import { Constants, VixLib, Vix_Out, type IHost, type ISnapshot, type IVM } from 'revix/com/sync';
import { Revix_DumpHandles } from 'revix/sync';

const lib = new VixLib();
const results = Vix_Out<unknown>();

function check(err: ReturnType<typeof lib.ErrorCode>): void {
  if (lib.ErrorIndicatesFailure(err)) throw new Error(lib.GetErrorText(err, null));
}

function printTree(snapshot: ISnapshot, depth: number): void {
  const named = Vix_Out<unknown>();
  check(snapshot.GetProperties([Constants.VIX_PROPERTY_SNAPSHOT_DISPLAYNAME], named));
  const [name] = named.value as [string];
  console.log(`${'  '.repeat(depth)}${name}`);
  const count = Vix_Out<number>();
  check(snapshot.GetNumChildren(count));
  for (let index = 0; index < count.value; index += 1) {
    const child = Vix_Out<ISnapshot | null>();
    check(snapshot.GetChild(index, child));
    if (child.value === null) continue;
    printTree(child.value, depth + 1);
    child.value.Close();
  }
}

let job = lib.Connect(
  Constants.VIX_API_VERSION,
  Constants.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  null,
  0,
  null,
  null,
  0,
  null,
  null,
);
check(job.Wait([Constants.VIX_PROPERTY_JOB_RESULT_HANDLE], results));
const [host] = results.value as [IHost];
job.Close();

job = host.OpenVM('[datastore1] snapshots/snapshots.vmx', null);
check(job.Wait([Constants.VIX_PROPERTY_JOB_RESULT_HANDLE], results));
const [vm] = results.value as [IVM];
job.Close();

job = vm.CreateSnapshot('from Visual Basic', 'taken by a program', 0, null, null);
check(job.WaitWithoutResults());
job.Close();

const roots = Vix_Out<number>();
check(vm.GetNumRootSnapshots(roots));
for (let index = 0; index < roots.value; index += 1) {
  const root = Vix_Out<ISnapshot | null>();
  check(vm.GetRootSnapshot(index, root));
  if (root.value === null) continue;
  printTree(root.value, 0);
  root.value.Close();
}

const current = Vix_Out<ISnapshot | null>();
check(vm.GetCurrentSnapshot(current));
if (current.value !== null) {
  job = vm.RemoveSnapshot(current.value, 0, null);
  check(job.WaitWithoutResults());
  job.Close();
  current.value.Close();
}

vm.Close();
console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
host.Disconnect();
