import { defaultPrefix, installedLibrary } from '../../../native/installation.js';
import { check, green, passedOver } from '../../check.js';

export const nativeLibraryCheck = check({
  id: 'here.native',
  title: 'Native library',
  looksAt: 'Whether the library for C programs is installed below /usr. `revix doctor native` looks closer.',
  run: () => {
    const library = installedLibrary(defaultPrefix);
    if (library === undefined) {
      return passedOver(`not installed below ${defaultPrefix}; only programs in C and the like need it`);
    }
    return green(`${library}; \`revix doctor native\` looks closer`, undefined, { facts: { library } });
  },
});
