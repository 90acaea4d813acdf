import { type LoadedConfig, noConfig, readConfig } from '../../backends/config.js';
import { findConfigFile } from '../../backends/find-config-file.js';
import { Fault } from '../../base/fault.js';
import type { AnyCheck } from './check.js';
import { checkTable, type CheckHost } from './check-table.js';
import { roundTripCheck } from './checks/guest/round-trip.js';
import { mockRoundTripCheck } from './checks/mock/round-trip.js';
import { backendNameFor, programTarget } from './choose-backend.js';
import type { DoctorRequest, DoctorSurroundings } from './doctor-context.js';
import type { SectionName } from './report.js';
import type { PlannedSection } from './run-checks.js';

/** What is only done when it is asked for. */
const roundTrips: readonly AnyCheck[] = [roundTripCheck, mockRoundTripCheck];

/** The checks that a request asks for: those of this machine, and as far as it goes of host, machine and guest. */
export function planFor(request: DoctorRequest, surroundings: DoctorSurroundings): readonly PlannedSection[] {
  const host = hostOf(request, surroundings);
  const wanted: Readonly<Record<SectionName, boolean>> = {
    here: true,
    host: request.provider !== null,
    vm: request.provider !== null && request.vm !== null,
    guest: request.provider !== null && request.vm !== null && request.guestUser !== null,
  };
  return checkTable
    .filter((group) => wanted[group.section] && (group.host === 'any' || group.host === host))
    .map(({ section, checks }) => ({
      section,
      checks: checks.filter((each) => request.isRoundTrip || !roundTrips.includes(each)),
    }));
}

/** Which host will be looked at. Where the configuration does not even lead to one, the one that is usual. */
function hostOf({ provider, hostName }: DoctorRequest, { backends, ...around }: DoctorSurroundings): CheckHost {
  if (provider === null) return 'any';
  const target = programTarget(provider, hostName);
  const name = backendNameFor(target, readable(around), backends) ?? backendNameFor(target, nothing, backends);
  return name === 'mock' ? 'mock' : 'vsphere';
}

const nothing = noConfig('.');

function readable({ env, directory }: Pick<DoctorSurroundings, 'env' | 'directory'>): LoadedConfig {
  try {
    const file = findConfigFile(env, directory);
    return file === undefined ? nothing : readConfig(file.path);
  } catch (error) {
    // A check of its own reports what is wrong with the file.
    if (error instanceof Fault) return nothing;
    throw error;
  }
}
