import { VIX_SERVICEPROVIDER_DEFAULT, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER } from '../../vix/names.js';
import type { DoorVix } from '../door-calls.js';
import type { VirtualServerHost } from './states.js';
import { VirtualServerDoor, type Drive } from './virtual-server-door.js';
import type { IVMVirtualServer, Mode } from './virtual-server-types.js';

/** What a program reaches by name. */
export interface VirtualServerLibrary<M extends Mode> {
  /**
   * `new VMVirtualServer()`, as in C#. It connects when it is first used.
   *
   * @param host what to connect to; by default this machine, which the configuration may map to any host.
   */
  readonly VMVirtualServer: new (host?: VirtualServerHost) => IVMVirtualServer<M>;
  /**
   * `CreateObject("VirtualServer.Application")`, as in a script, or with the name of another machine.
   *
   * @throws Error for another class.
   */
  readonly CreateObject: (progId: string, serverName?: string) => IVMVirtualServer<M>;
}

const progId = 'VirtualServer.Application';

/** Virtual Server over a set of VIX functions. */
export function virtualServerLibrary<M extends Mode>(vix: DoorVix, drive: Drive): VirtualServerLibrary<M> {
  const door = new VirtualServerDoor(vix, drive);
  const create = (host: VirtualServerHost): IVMVirtualServer<M> => door.server(host) as IVMVirtualServer<M>;
  return {
    VMVirtualServer: function VMVirtualServer(host: VirtualServerHost = { hostType: VIX_SERVICEPROVIDER_DEFAULT }) {
      return create(host);
    } as unknown as new (host?: VirtualServerHost) => IVMVirtualServer<M>,
    CreateObject(name, serverName = '') {
      if (name.toLowerCase() !== progId.toLowerCase()) {
        throw new Error(`there is no class "${name}"; there is one that can be created, "${progId}"`);
      }
      if (serverName === '') return create({ hostType: VIX_SERVICEPROVIDER_DEFAULT });
      return create({ hostType: VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, hostName: serverName });
    },
  };
}
