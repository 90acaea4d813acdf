/** Public entry `revix/vsphere`: the backend for vCenter and ESXi, and vSphere's own methods as typed calls. */
export { FakeClock, RealClock, type Clock } from '../../base/clock.js';
export { Fault, type FaultKind } from '../../base/fault.js';
export { Secret } from '../../base/secret.js';
export type { ExitedProgram } from '../../guest/program-watcher.js';
export type { SizedContent } from '../backend.js';
export type { CallOptions, TaskOptions } from './client/call-options.js';
export type { ClientTarget } from './client/connect-client.js';
export { connectVsphere } from './client/connect-vsphere.js';
export type { GuestClient } from './client/guest-client.js';
export type { GuestLogin } from './client/guest-login.js';
export type { PropertiesAt, PropertyAt } from './client/property-at.js';
export { vimFaultOf, type AnyFault } from './client/vim-fault-of.js';
export type { VsphereClient } from './client/vsphere-client.js';
export type { ToolsClient, VsphereMachine } from './client/vsphere-machine.js';
export type { GuestArgs, GuestMethod } from './guest/guest-caller.js';
export {
  toolsVersion,
  type ToolsInfo,
  type ToolsInstallType,
  type ToolsRunState,
  type ToolsUpgradePolicy,
  type ToolsVersionStatus,
} from './rest/tools-info.js';
export type { TlsOption } from './http/tls-option.js';
export type { VsphereOptions } from './settings.js';
export type { RewriteTransferUrl, RewrittenTransfer } from './transfer/transfer-rewrite.js';
export { ref, typed, type Ref, type SecretText } from './soap/values.js';
export type * from './vim/generated/types.js';
export type { ArgsOf, MethodName, RefFor, ResultOf } from './vim/vim-call.js';
export { createVsphereBackend, type VsphereBackend } from './vsphere-backend.js';
