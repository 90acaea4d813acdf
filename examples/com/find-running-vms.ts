/**
 * A VBScript over VixCOM, ported: it lists what runs on a host, by a callback and then from the finished job.
 */
import { Constants, CreateObject, Vix_Out, type ICallback, type IHost } from 'revix/com/sync';
import { Revix_DumpHandles } from 'revix/sync';

const VixCOM = { Constants };
const results = Vix_Out<unknown>();

// Set lib = CreateObject("VixCOM.VixLib")
const lib = CreateObject('VixCOM.VixLib');

let job = lib.Connect(
  VixCOM.Constants.VIX_API_VERSION,
  VixCOM.Constants.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  null,
  0,
  null,
  null,
  0,
  null,
  null,
);
let err = job.Wait([VixCOM.Constants.VIX_PROPERTY_JOB_RESULT_HANDLE], results);
if (lib.ErrorIndicatesFailure(err)) throw new Error(lib.GetErrorText(err, null));
const [host] = results.value as [IHost];
job.Close();

const callback: ICallback = {
  OnVixEvent(eventJob, eventType, moreEventInfo) {
    if (eventType === VixCOM.Constants.VIX_EVENTTYPE_FIND_ITEM && moreEventInfo !== null) {
      const found = Vix_Out<unknown>();
      moreEventInfo.GetProperties([VixCOM.Constants.VIX_PROPERTY_FOUND_ITEM_LOCATION], found);
      const [location] = found.value as [string];
      console.log(`found ${location}`);
      moreEventInfo.Close();
    }
    eventJob.Close();
  },
};

job = host.FindItems(VixCOM.Constants.VIX_FIND_RUNNING_VMS, null, -1, callback);
err = job.WaitWithoutResults();
if (lib.ErrorIndicatesFailure(err)) throw new Error(lib.GetErrorText(err, null));

const count = job.GetNumProperties(VixCOM.Constants.VIX_PROPERTY_FOUND_ITEM_LOCATION);
console.log(`${count} virtual machines run`);
for (let index = 0; index < count; index += 1) {
  err = job.GetNthProperties(index, [VixCOM.Constants.VIX_PROPERTY_FOUND_ITEM_LOCATION], results);
  if (lib.ErrorIndicatesFailure(err)) throw new Error(lib.GetErrorText(err, null));
  const [location] = results.value as [string];
  console.log(`${index}: ${location}`);
}
job.Close();

console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
host.Disconnect();
