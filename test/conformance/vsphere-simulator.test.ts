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
];

describe('the vSphere backend over the simulator', () => {
  runConformance({ describe, it, afterAll }, (roles) => vsphereTarget(roles), { knownGaps });
});
