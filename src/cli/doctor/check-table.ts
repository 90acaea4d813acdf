import type { AnyCheck } from './check.js';
import { guestLoginCheck } from './checks/guest/login.js';
import { roundTripCheck } from './checks/guest/round-trip.js';
import { transferNameCheck } from './checks/guest/transfer-name.js';
import { transferPortCheck } from './checks/guest/transfer-port.js';
import { transferTrustCheck } from './checks/guest/transfer-trust.js';
import { transferUrlCheck } from './checks/guest/transfer-url.js';
import { agentCheck } from './checks/here/agent.js';
import { backendsCheck } from './checks/here/backends.js';
import { configurationCheck } from './checks/here/configuration.js';
import { environmentCheck } from './checks/here/environment.js';
import { mockDirectoryCheck } from './checks/here/mock-directory.js';
import { nativeLibraryCheck } from './checks/here/native-library.js';
import { passwordsCheck } from './checks/here/passwords.js';
import { pathsCheck } from './checks/here/paths.js';
import { versionsCheck } from './checks/here/versions.js';
import { addressCheck } from './checks/host/address.js';
import { apiCheck } from './checks/host/api.js';
import { backendCheck } from './checks/host/backend.js';
import { certificateCheck } from './checks/host/certificate.js';
import { clockCheck } from './checks/host/clock.js';
import { licenceCheck } from './checks/host/licence.js';
import { loginCheck } from './checks/host/login.js';
import { machinesCheck } from './checks/host/machines.js';
import { nameCheck } from './checks/host/name.js';
import { portCheck } from './checks/host/port.js';
import { privilegesCheck } from './checks/host/privileges.js';
import { proxyCheck } from './checks/host/proxy.js';
import { sessionCheck } from './checks/host/session.js';
import { settingsCheck } from './checks/host/settings.js';
import { tlsCheck } from './checks/host/tls.js';
import { trustCheck } from './checks/host/trust.js';
import { mockConnectionCheck } from './checks/mock/connection.js';
import { mockGuestOperationsCheck } from './checks/mock/guest-operations.js';
import { mockInteractiveCheck } from './checks/mock/interactive.js';
import { mockLoginCheck } from './checks/mock/login.js';
import { mockMachinesCheck } from './checks/mock/machines.js';
import { mockPowerCheck } from './checks/mock/power.js';
import { mockRoundTripCheck } from './checks/mock/round-trip.js';
import { mockToolsCheck } from './checks/mock/tools.js';
import { mockTransferCheck } from './checks/mock/transfer.js';
import { mockVmCheck } from './checks/mock/vm.js';
import { connectionCheck } from './checks/vm/connection.js';
import { foundCheck } from './checks/vm/found.js';
import { guestOperationsCheck } from './checks/vm/guest-operations.js';
import { interactiveCheck } from './checks/vm/interactive.js';
import { powerCheck } from './checks/vm/power.js';
import { vmPrivilegesCheck } from './checks/vm/privileges.js';
import { questionCheck } from './checks/vm/question.js';
import { toolsCheck } from './checks/vm/tools.js';
import type { SectionName } from './report.js';

/** Which host a check is about: any, that of vSphere, the mock host. */
export type CheckHost = 'any' | 'vsphere' | 'mock';

/** Checks that belong together. */
export interface CheckGroup {
  readonly section: SectionName;
  readonly host: CheckHost;
  readonly checks: readonly AnyCheck[];
}

/** Every check, in the order of the report. Plan and documentation go by this table. */
export const checkTable: readonly CheckGroup[] = [
  {
    section: 'here',
    host: 'any',
    checks: [
      versionsCheck,
      environmentCheck,
      configurationCheck,
      passwordsCheck,
      backendsCheck,
      pathsCheck,
      mockDirectoryCheck,
      nativeLibraryCheck,
      agentCheck,
    ],
  },
  { section: 'host', host: 'any', checks: [backendCheck] },
  {
    section: 'host',
    host: 'vsphere',
    checks: [
      addressCheck,
      settingsCheck,
      proxyCheck,
      nameCheck,
      portCheck,
      tlsCheck,
      certificateCheck,
      trustCheck,
      apiCheck,
      loginCheck,
      sessionCheck,
      clockCheck,
      licenceCheck,
      privilegesCheck,
      machinesCheck,
    ],
  },
  { section: 'host', host: 'mock', checks: [mockConnectionCheck, mockMachinesCheck] },
  {
    section: 'vm',
    host: 'vsphere',
    checks: [
      foundCheck,
      connectionCheck,
      powerCheck,
      questionCheck,
      toolsCheck,
      guestOperationsCheck,
      interactiveCheck,
      vmPrivilegesCheck,
    ],
  },
  {
    section: 'vm',
    host: 'mock',
    checks: [mockVmCheck, mockPowerCheck, mockToolsCheck, mockGuestOperationsCheck, mockInteractiveCheck],
  },
  {
    section: 'guest',
    host: 'vsphere',
    checks: [
      guestLoginCheck,
      transferUrlCheck,
      transferNameCheck,
      transferPortCheck,
      transferTrustCheck,
      roundTripCheck,
    ],
  },
  { section: 'guest', host: 'mock', checks: [mockLoginCheck, mockTransferCheck, mockRoundTripCheck] },
];
