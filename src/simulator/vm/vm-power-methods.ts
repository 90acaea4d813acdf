import { vimMethods } from '../managed-object.js';
import { localized, VimFault } from '../vim-fault.js';
import { vmEvent } from './vm-event.js';
import { begun, vmFault, vmTask, withVmFaults } from './vm-task.js';
import type { VmView } from './vm-view.js';

/** The power button of a machine, and what goes through Tools. */
export const vmPowerMethods = vimMethods<VmView>({
  PowerOnVM_Task: (view, request) => {
    const options = {
      method: 'PowerOnVM_Task',
      wantedState: 'poweredOn',
      subject: view.record.guestOs,
      isCancelable: true,
    };
    return vmTask(view, request, options, async (vm, call) => {
      try {
        await vm.power.on({ paused: false, showConsole: false }, call);
      } catch (error) {
        const reason = await vmFault(vm, { object: view.ref, ...options }, error);
        vmEvent(view, {
          type: 'VmFailedToPowerOnEvent',
          message: `Failed to power on ${view.record.name}: ${reason.message}`,
          session: request.session,
          fields: { reason: localized(reason) },
        });
        throw reason;
      }
    });
  },
  PowerOffVM_Task: (view, request) =>
    vmTask(view, request, { method: 'PowerOffVM_Task', wantedState: 'poweredOff' }, (vm, call) =>
      vm.power.off('hard', call),
    ),
  ResetVM_Task: (view, request) =>
    vmTask(view, request, { method: 'ResetVM_Task', wantedState: 'poweredOn' }, (vm, call) =>
      vm.power.reset('hard', call),
    ),
  SuspendVM_Task: (view, request) =>
    vmTask(view, request, { method: 'SuspendVM_Task', wantedState: 'suspended' }, (vm, call) =>
      vm.power.suspend('hard', call),
    ),
  ShutdownGuest: (view) => soft(view, 'poweredOff', 'VmGuestShutdownEvent', 'Guest OS shut down'),
  RebootGuest: (view) => soft(view, 'poweredOn', 'VmGuestRebootEvent', 'Guest OS rebooted'),
  StandbyGuest: (view) => soft(view, 'suspended', 'VmGuestStandbyEvent', 'Guest OS put in standby'),
  TerminateVM: async (view) => {
    const vm = await view.endpoint.machines.open(view.ref);
    await withVmFaults(vm, { object: view.ref, wantedState: 'poweredOff' }, () =>
      begun(view, (call) => vm.power.off('hard', call)),
    );
  },
  AnswerVM: async (view, { args }) => {
    const { question } = view.record;
    if (question === null || question.id !== args.questionId) {
      throw new VimFault(
        { $type: 'InvalidArgument', invalidProperty: 'questionId' },
        `'${view.record.name}' has no pending question '${args.questionId}'.`,
      );
    }
    const choice = Number(args.answerChoice);
    if (!/^\d+$/u.test(args.answerChoice) || question.choices[choice] === undefined) {
      throw new VimFault(
        { $type: 'InvalidArgument', invalidProperty: 'answerChoice' },
        `'${args.answerChoice}' is no answer to the question; its choices go from 0 to ${question.choices.length - 1}.`,
      );
    }
    const vm = await view.endpoint.machines.open(view.ref);
    await withVmFaults(vm, { object: view.ref }, () => begun(view, (call) => vm.questions.answer(choice, call)));
  },
});

const softActions = { poweredOff: 'off', poweredOn: 'reset', suspended: 'suspend' } as const;

/** Asks Tools for a change of power; the method answers when the guest has begun with it. */
async function soft(view: VmView, wantedState: keyof typeof softActions, event: string, what: string): Promise<void> {
  const { endpoint, ref, record } = view;
  const vm = await endpoint.machines.open(ref);
  const action = softActions[wantedState];
  await withVmFaults(vm, { object: ref, wantedState }, () => begun(view, (call) => vm.power[action]('soft', call)));
  vmEvent(view, { type: event, message: `${what} for ${record.name}`, session: undefined });
}
