import { afterAll, describe, it } from 'vitest';
import { type KnownGap, runConformance } from '../../src/testing/index.js';
import { vsphereTarget } from './vsphere-target.js';

const knownGaps: readonly KnownGap[] = [
  {
    case: 'properties of a machine: a machine whose files cannot be written says so',
    reason: 'vSphere does not tell whether the files of a machine can be written, so the property is always false',
  },
  {
    case: 'Tools: an installation fails when the machine goes off meanwhile',
    reason: 'vSphere mounts the installer and cannot tell what the guest does with it: the job ends with the mounting',
  },
  {
    case: 'faults of the backend: VixHost_Connect passes on each error of its page that a backend can report',
    reason: 'a second connection as the same user shares the login, so nothing is asked that could fail',
  },
  {
    case: 'faults of the backend: VixVM_UpgradeVirtualHardware passes on each error of its page that a backend can report',
    reason: 'a machine whose hardware is the newest already is a success, so VIX_E_VM_ALREADY_UP_TO_DATE never comes',
  },
  {
    case: 'faults of the backend: VixVM_WriteVariable passes on each error of its page that a backend can report',
    reason: 'vSphere has no method that writes the environment of a guest',
  },
  {
    case: 'faults of the backend: VixVM_ListDirectoryInGuest passes on each error of its page that a backend can report',
    reason: 'a directory that is not there is VIX_E_NOT_A_DIRECTORY, and vSphere has one fault for both',
  },
];

describe('the vSphere backend over the simulator', () => {
  runConformance({ describe, it, afterAll }, (roles) => vsphereTarget(roles), { knownGaps });
});
