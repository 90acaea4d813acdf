import { capabilityCases } from './cases/capability-cases.js';
import { connectCases } from './cases/connect-cases.js';
import { openUrlCases, screenCases } from './cases/console-cases.js';
import { copyCases } from './cases/copy-cases.js';
import { fileCases } from './cases/file-cases.js';
import { fileErrorCases } from './cases/file-error-cases.js';
import { findCases, openCases } from './cases/find-open-cases.js';
import { guestAccessCases } from './cases/guest-access-cases.js';
import { handleArgumentCases } from './cases/handle-argument-cases.js';
import { handleCases } from './cases/handle-cases.js';
import { injectedFaultCases } from './cases/injected-fault-cases.js';
import { jobCases } from './cases/job-cases.js';
import { cloneCases, deleteCases, hardwareCases, registrationCases } from './cases/lifecycle-cases.js';
import { loginCases } from './cases/login-cases.js';
import { pauseCases, powerCases, suspendCases } from './cases/power-cases.js';
import { processCases } from './cases/process-cases.js';
import { programCases } from './cases/program-cases.js';
import { propertyCases } from './cases/property-cases.js';
import { pumpCases } from './cases/pump-cases.js';
import { recordingCases } from './cases/recording-cases.js';
import { revertCases } from './cases/revert-cases.js';
import { scriptCases } from './cases/script-cases.js';
import { sharedFolderCases } from './cases/shared-folder-cases.js';
import { snapshotCases } from './cases/snapshot-cases.js';
import { toolsCases } from './cases/tools-cases.js';
import { variableCases } from './cases/variable-cases.js';
import type { ConformanceCase } from './conformance-case.js';

/** Every case of the suite, by family. */
export function conformanceCases(): readonly ConformanceCase[] {
  return [
    ...handleCases,
    ...handleArgumentCases,
    ...jobCases,
    ...pumpCases,
    ...connectCases,
    ...capabilityCases,
    ...findCases,
    ...openCases,
    ...propertyCases,
    ...registrationCases,
    ...powerCases,
    ...suspendCases,
    ...pauseCases,
    ...toolsCases,
    ...loginCases,
    ...guestAccessCases,
    ...programCases,
    ...scriptCases,
    ...processCases,
    ...fileCases,
    ...fileErrorCases,
    ...copyCases,
    ...variableCases,
    ...snapshotCases,
    ...revertCases,
    ...recordingCases,
    ...cloneCases,
    ...deleteCases,
    ...hardwareCases,
    ...sharedFolderCases,
    ...screenCases,
    ...openUrlCases,
    ...injectedFaultCases,
  ];
}
