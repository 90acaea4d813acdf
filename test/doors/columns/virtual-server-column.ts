import type * as virtualServer from '../../../dist/doors/virtual-server/index.js';
import { guestUser, type Answer, type Door, type HostAddress } from './door.js';

export async function makeVirtualServer(library: virtualServer.VirtualServer, host: HostAddress): Promise<Door> {
  const server = new library.VMVirtualServer(host);
  const nameOf = (at: string): string => at.replace(/^.*\/(.*)\.vmx$/, '$1');
  const find = async (at: string): Promise<virtualServer.IVMVirtualMachine> => {
    const machine = await server.FindVirtualMachine(nameOf(at));
    if (machine === null) throw new Error(`there is no machine at ${at}`);
    return machine;
  };
  /** What a member gives, or the code that it ends with; a task is seen to its end. */
  const outcome = async (call: () => Promise<unknown>): Promise<Answer> => {
    try {
      const value = await call();
      if (typeof value !== 'object' || value === null) return value === undefined ? ['S_OK'] : ['S_OK', value];
      const task = value as virtualServer.IVMTask;
      await task.WaitForCompletion(-1);
      return [task.Error === 0 ? 'S_OK' : task.ErrorDescription];
    } catch (error) {
      return [(error as virtualServer.VirtualServerError).code];
    }
  };
  return {
    registered: () => outcome(async () => (await server.VirtualMachines).Count),
    powerOn: async (at) => outcome(async () => (await find(at)).Startup()),
    powerOff: async (at) => outcome(async () => (await find(at)).TurnOff()),
    reset: async (at) => outcome(async () => (await find(at)).Reset()),
    suspend: async (at) => outcome(async () => (await find(at)).Save()),
    run: async (at, password, program, args) =>
      outcome(async () => (await find(at)).GuestOS.ExecuteCommand(program, args, guestUser.userName, password)),
    writeVariable: async (at, name, value) => outcome(async () => (await find(at)).GuestOS.SetParameter(name, value)),
    readVariable: async (at, name) => outcome(async () => (await find(at)).GuestOS.GetParameter(name)),
  };
}
