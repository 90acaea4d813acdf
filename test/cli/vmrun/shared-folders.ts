import type { Vix } from '../../../src/api/vix.js';
import { Vix_Out } from '../../../src/api/vix-out.js';
import type { SharedFolder } from '../../../src/backends/backend.js';
import { connect } from '../../../src/doors/client/index.js';
import { VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH, VIX_PROPERTY_NONE } from '../../../src/vix/names.js';

/** What a machine shares with its guest. */
export interface SharedFolders {
  /** Where the guest finds them; undefined while they are turned off. */
  readonly guestPath: string | undefined;
  readonly folders: readonly SharedFolder[];
}

/** Reads what a machine shares with its guest. @param path of the machine, which runs with Tools. */
export async function readSharedFolders(vix: Vix, path: string): Promise<SharedFolders> {
  await using host = await connect({ vix });
  await using vm = await host.openVm(path);
  const folders: SharedFolder[] = [];
  for await (const folder of vm.sharedFolders.list()) folders.push(folder);
  const guestPath = Vix_Out<string>();
  await vix.Vix_GetProperties(vm.handle, VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH, guestPath, VIX_PROPERTY_NONE);
  return { guestPath: guestPath.value, folders };
}
