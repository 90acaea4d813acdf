/** Public entry `revix/testing`: the suite that proves a backend, for any test runner. */
export { CallRecord } from './call-record.js';
export { conformanceCases } from './conformance-cases.js';
export { type ConformanceCase, skipReason } from './conformance-case.js';
export {
  type ConformanceOptions,
  type KnownGap,
  runConformance,
  type TargetFactory,
  type TestRunner,
} from './run-conformance.js';
export {
  type ConformanceTarget,
  type GuestAccount,
  type InjectedFault,
  type RefusedConnection,
  type TargetAbility,
  type TargetConnection,
  type TargetGuest,
  type TargetSnapshot,
  type TargetVm,
  type VmRole,
  vmRoles,
} from './target.js';
export { watchBackend, type WatchedBackend } from './watch-backend.js';
