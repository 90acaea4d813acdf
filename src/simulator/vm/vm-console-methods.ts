import type { UsbScanCodeSpecKeyEvent } from '../../backends/vsphere/vim/generated/types.js';
import { contentOf } from '../../world/guest/file-content.js';
import { withFileFaults } from '../datastores/datastore-faults.js';
import type { DatastoreTree } from '../datastores/datastore-tree.js';
import { treeOf } from '../datastores/datastore-trees.js';
import { folderOf, formatDatastorePath, nameIn } from '../inventory/datastore-path.js';
import { vimMethods } from '../managed-object.js';
import { vmTask, withVmFaults } from './vm-task.js';
import { placeOf, type VmView } from './vm-view.js';

/** The console of a machine: what it shows. */
export const vmConsoleMethods = vimMethods<VmView>({
  CreateScreenshot_Task: (view, request) => {
    const options = { method: 'CreateScreenshot_Task', wantedState: 'poweredOn' };
    return vmTask(view, request, options, async (vm, call) => {
      const png = await vm.captureScreen({ isCompressed: true }, call);
      const tree = treeOf(view.endpoint, view.datastore);
      const place = placeOf(view);
      const path = await freeName(tree, folderOf(place.path), nameIn(place.path).replace(/\.vmx$/iu, ''));
      const picture = { ...place, path };
      await withFileFaults(picture, () => tree.write(path, contentOf(png)));
      return formatDatastorePath(picture);
    });
  },
  PutUsbScanCodes: async ({ endpoint, ref }, { args, signal }) => {
    const { keyEvents } = args.spec;
    const vm = await endpoint.machines.open(ref);
    await withVmFaults(vm, { object: ref, wantedState: 'poweredOn' }, () =>
      vm.devices.typeKeys(textOf(keyEvents), { signal, progress: () => undefined }),
    );
    return keyEvents.length;
  },
});

/** Text that a keyboard of USB types by a usage code, without and with the shift key. */
const keyTexts: ReadonlyMap<number, readonly [string, string]> = new Map<number, readonly [string, string]>([
  ...'abcdefghijklmnopqrstuvwxyz'.split('').map((letter, at) => [0x04 + at, [letter, letter.toUpperCase()]] as const),
  ...'1234567890'.split('').map((digit, at) => [0x1e + at, [digit, '!@#$%^&*()'.charAt(at)]] as const),
  [0x28, ['\n', '\n']],
  [0x2b, ['\t', '\t']],
  [0x2c, [' ', ' ']],
  ...'-=[]\\'.split('').map((sign, at) => [0x2d + at, [sign, '_+{}|'.charAt(at)]] as const),
  ...";'`,./".split('').map((sign, at) => [0x33 + at, [sign, ':"~<>?'.charAt(at)]] as const),
]);

/** The text that key events type. Keys that type none, like arrows, are pressed without effect. */
function textOf(events: readonly UsbScanCodeSpecKeyEvent[]): string {
  return events
    .map(({ usbHidCode, modifiers }) => {
      // The usage stands in the upper half; the lower one says that it is one of the keyboard page.
      const [plain = '', shifted = ''] = keyTexts.get(usbHidCode >>> 16) ?? [];
      return modifiers?.leftShift === true || modifiers?.rightShift === true ? shifted : plain;
    })
    .join('');
}

/** A name for a picture that no file has yet. */
async function freeName(tree: DatastoreTree, folder: string, base: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = folder === '' ? `${base}-${number}.png` : `${folder}/${base}-${number}.png`;
    if ((await tree.stat(path)) === undefined) return path;
  }
}
