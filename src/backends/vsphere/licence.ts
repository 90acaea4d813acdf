import { Fault } from '../../base/fault.js';
import { VimError } from './errors/vim-error.js';
import type { Session } from './session/session.js';
import type { LicenseManagerLicenseInfo } from './vim/generated/types.js';

/** Edition of the free ESXi, whose API reads and changes nothing. */
export const freeEdition = 'esxBasic';

/**
 * Reads the licence of an ESXi host, and has a session under the free one refuse changes before it sends them: the host
 * would say no more than that its version prohibits them. A host that does not tell judges each change itself; a vCenter
 * needs a licence that allows them, and is not asked.
 *
 * @throws HttpFailure, Fault, the signal's reason.
 */
export async function heedLicence(session: Session, signal: AbortSignal): Promise<void> {
  const { about, licenseManager } = session.content;
  if (about.apiType === 'VirtualCenter' || licenseManager === undefined) return;
  const licences = await licencesOf(session, signal);
  if (!licences.some(({ editionKey }) => editionKey === freeEdition)) return;
  const message =
    `${about.fullName} has the free licence of ESXi (${freeEdition}), whose API reads and changes nothing, so nothing was ` +
    'sent. Give the host a licence of vSphere, or have a vCenter manage it.';
  session.refuseChanges(new Fault('licence', message));
}

async function licencesOf(session: Session, signal: AbortSignal): Promise<readonly LicenseManagerLicenseInfo[]> {
  const { propertyCollector, licenseManager: obj } = session.content;
  if (obj === undefined) return [];
  const specSet = [{ objectSet: [{ obj }], propSet: [{ type: 'LicenseManager', pathSet: ['licenses'] }] }];
  try {
    const answer = await session.call(propertyCollector, 'RetrievePropertiesEx', { specSet, options: {} }, { signal });
    return (answer?.objects[0]?.propSet?.[0]?.val ?? []) as readonly LicenseManagerLicenseInfo[];
  } catch (error) {
    // Not every user may read it.
    if (error instanceof VimError) return [];
    throw error;
  }
}
