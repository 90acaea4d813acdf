import {
  VIX_E_NOT_SUPPORTED,
  VIX_E_VM_IS_RUNNING,
  VIX_INVALID_HANDLE,
  VIX_VMPOWEROP_FROM_GUEST,
  VIX_VMPOWEROP_LAUNCH_GUI,
  VIX_VMPOWEROP_NORMAL,
  VIX_VM_CONFIG_RUNTIME_ONLY,
} from '../../../vix/names.js';
import { CommandFailure } from '../command-failure.js';
import { type Command, command, silent } from '../command.js';
import { optionalChoice, vm } from '../parameters.js';
import type { Session } from '../session.js';

const mode = optionalChoice('mode', ['hard', 'soft']);

/** The mode that was asked for, or else the machine's own setting, or else soft. */
async function powerOption(session: Session, wanted: 'hard' | 'soft' | undefined, setting: string): Promise<number> {
  const chosen = wanted ?? (await ownSetting(session, setting));
  return chosen === 'hard' ? VIX_VMPOWEROP_NORMAL : VIX_VMPOWEROP_FROM_GUEST;
}

async function ownSetting(session: Session, setting: string): Promise<string> {
  try {
    return (await session.readVariable(VIX_VM_CONFIG_RUNTIME_ONLY, setting)).toLowerCase();
  } catch (error) {
    // What stands in the way of reading it (a host without such settings, a machine that is off) decides nothing here.
    if (error instanceof CommandFailure) return '';
    throw error;
  }
}

async function powerOn(session: Session, wanted: 'gui' | 'nogui' | undefined): Promise<void> {
  const { vix, vm: handle } = session;
  const on = async (option: number): Promise<void> => {
    await session.finish(vix.VixVM_PowerOn(handle, option, VIX_INVALID_HANDLE, null, null));
  };
  try {
    await on(wanted === 'nogui' ? VIX_VMPOWEROP_NORMAL : VIX_VMPOWEROP_LAUNCH_GUI);
  } catch (error) {
    const code = error instanceof CommandFailure ? error.code : undefined;
    // Scripts start a machine after each revert, also to a snapshot in which it runs.
    if (code === VIX_E_VM_IS_RUNNING) return;
    // An encrypted machine has no window, which only those miss who asked for one.
    if (code !== VIX_E_NOT_SUPPORTED || wanted !== undefined) throw error;
    await on(VIX_VMPOWEROP_NORMAL);
  }
}

/** The commands that work the power of a machine. */
export const powerCommands: readonly Command[] = [
  command({
    name: 'start',
    section: 'power',
    parameters: [vm, optionalChoice('mode', ['gui', 'nogui'])],
    summary: 'power on a VM, or resume it',
    limit: 'power',
    run: async (session, values) => {
      await powerOn(session, values.mode);
      return silent;
    },
  }),
  command({
    name: 'stop',
    section: 'power',
    parameters: [vm, mode],
    summary: 'power off a VM: hard, or by its guest',
    limit: 'power',
    run: async (session, values) => {
      const option = await powerOption(session, values.mode, 'powerType.powerOff');
      await session.finish(session.vix.VixVM_PowerOff(session.vm, option, null, null));
      return silent;
    },
  }),
  command({
    name: 'reset',
    section: 'power',
    parameters: [vm, mode],
    summary: 'restart a VM: hard, or by its guest',
    limit: 'power',
    run: async (session, values) => {
      const option = await powerOption(session, values.mode, 'powerType.reset');
      await session.finish(session.vix.VixVM_Reset(session.vm, option, null, null));
      return silent;
    },
  }),
  command({
    name: 'suspend',
    section: 'power',
    parameters: [vm, mode],
    summary: 'suspend a VM: hard, or after scripts in its guest',
    limit: 'power',
    run: async (session, values) => {
      const option = await powerOption(session, values.mode, 'powerType.suspend');
      await session.finish(session.vix.VixVM_Suspend(session.vm, option, null, null));
      return silent;
    },
  }),
  command({
    name: 'pause',
    section: 'power',
    parameters: [vm],
    summary: 'freeze a VM',
    hostTypes: ['ws', 'fusion'],
    limit: 'power',
    run: async (session) => {
      await session.finish(session.vix.VixVM_Pause(session.vm, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
  command({
    name: 'unpause',
    section: 'power',
    parameters: [vm],
    summary: 'let a frozen VM go on',
    hostTypes: ['ws', 'fusion'],
    limit: 'power',
    run: async (session) => {
      await session.finish(session.vix.VixVM_Unpause(session.vm, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
];
