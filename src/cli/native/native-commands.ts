import { command } from '../revix/command.js';
import { text, whole, withDefault } from '../revix/parameters.js';

const options = {
  prefix: withDefault(text('DIR', 'folder above lib and include', 'directory'), '/usr'),
};

/** The commands of `revix` on the native library. */
export const nativeCommands = [
  command({
    name: 'native install',
    summary: 'builds the native library and puts it where programs look',
    options,
    run: async ({ prefix }, terminal) => (await import('./run-native.js')).installNative(prefix, terminal),
  }),
  command({
    name: 'native uninstall',
    summary: 'removes what `native install` has put there',
    options,
    run: async ({ prefix }, terminal) => (await import('./run-native.js')).uninstallNative(prefix, terminal),
  }),
  command({
    name: 'doctor native',
    summary: 'checks all that the native library needs, and loads it',
    options,
    run: async ({ prefix }, terminal) => (await import('./run-native.js')).doctorNative(prefix, terminal),
  }),
  command({
    name: 'helper',
    summary: 'runs the helper process of the native library, which starts it itself',
    options: { fd: whole('NUMBER', 'open socket to speak over, in place of the standard streams', [0, 65_535]) },
    run: async ({ fd }) => (await import('./run-helper.js')).runHelper(fd),
  }),
];
