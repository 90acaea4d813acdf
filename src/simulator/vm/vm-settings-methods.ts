import type { VirtualMachineConfigSpec } from '../../backends/vsphere/vim/generated/types.js';
import type { VmSettingsChange } from '../../world/vm/settings.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { vimMethods } from '../managed-object.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { applySpec, requireDevicePrivileges, settingsChange } from './config-spec.js';
import { changeVersion } from './vm-config.js';
import { vmEvent } from './vm-event.js';
import { vmTask } from './vm-task.js';
import type { VmView } from './vm-view.js';

/** Reconfigures a machine and tells of it. */
async function reconfigure(
  view: VmView,
  session: Session,
  spec: VirtualMachineConfigSpec,
  change: VmSettingsChange,
  vm: VirtualMachine,
  call: WorldCall,
): Promise<void> {
  const { record } = view;
  await applySpec(view, spec, change, vm, call);
  const { name = record.name } = change;
  if (name !== record.name) {
    const fields = { oldName: record.name, newName: name };
    vmEvent(view, {
      type: 'VmRenamedEvent',
      message: `Renamed ${record.name} from ${record.name} to ${name}`,
      session,
      fields,
    });
  }
  vmEvent(view, {
    type: 'VmReconfiguredEvent',
    message: `Reconfigured ${name}`,
    session,
    fields: { configSpec: { $type: 'VirtualMachineConfigSpec', ...spec } },
  });
}

/** What a machine is called and made of. */
export const vmSettingsMethods = vimMethods<VmView>({
  ReconfigVM_Task: (view, request) => {
    const { session, args } = request;
    const { spec } = args;
    const change = settingsChange(view, spec, session);
    requireDevicePrivileges(view, spec, session);
    const options = { method: 'ReconfigVM_Task', wantedState: 'poweredOff' };
    return vmTask(view, request, options, async (vm, call) => {
      const record = await vm.record();
      if (spec.changeVersion !== undefined && spec.changeVersion !== changeVersion({ ...view, record })) {
        throw new VimFault({ $type: 'ConcurrentAccess' }, `Somebody else has reconfigured '${record.name}' meanwhile.`);
      }
      await reconfigure({ ...view, record }, session, spec, change, vm, call);
    });
  },
  Rename_Task: (view, request) => {
    const { session, args } = request;
    const change = settingsChange(view, { name: args.newName }, session);
    const options = { method: 'Rename_Task', subject: args.newName };
    return vmTask(view, request, options, (vm, call) =>
      reconfigure(view, session, { name: args.newName }, change, vm, call),
    );
  },
});
