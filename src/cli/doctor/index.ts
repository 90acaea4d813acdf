/** Public entry `revix/doctor`: the shape of what `revix doctor --json` prints. */
export type { CheckStatus, Facts, FactValue } from './check.js';
export type { CheckReport, DoctorReport, SectionName } from './report.js';
