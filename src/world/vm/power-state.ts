import { Fault } from '../../base/fault.js';
import { bootGuest } from './guest-boot.js';
import {
  advanceCustomization,
  delayCustomization,
  interruptCustomization,
  isCustomizationDue,
  scheduleCustomization,
} from './guest-customization.js';
import type { PowerPhase, VmRecord, VmTools } from './vm-record.js';

/** Power state as callers see it. */
export interface VmPowerView {
  readonly phase: PowerPhase;
  /** Also while it is reset, or on its way off or into its suspended state. */
  readonly isOn: boolean;
  readonly isPaused: boolean;
  readonly areToolsRunning: boolean;
  readonly isBlockedByQuestion: boolean;
}

/** Phases that end by themselves, and what follows when a process died before it could say when they end. */
const phaseAfter = {
  'powering-on': 'off',
  'powering-off': 'off',
  resetting: 'on',
  suspending: 'suspended',
  resuming: 'suspended',
} as const satisfies Partial<Record<PowerPhase, PowerPhase>>;

export type TransitionalPhase = keyof typeof phaseAfter;

function isTransitional(phase: PowerPhase): phase is TransitionalPhase {
  return phase in phaseAfter;
}

const onPhases: ReadonlySet<PowerPhase> = new Set(['on', 'powering-off', 'resetting', 'suspending']);

/** Whether a machine in this phase is powered on. */
export function isOnIn(phase: PowerPhase): boolean {
  return onPhases.has(phase);
}

/** What callers see of the record's power state at a moment. The record must be settled for that moment. */
export function powerView(record: VmRecord, nowMs: number): VmPowerView {
  return {
    phase: record.power.phase,
    isOn: isOnIn(record.power.phase),
    isPaused: record.power.isPaused,
    areToolsRunning: toolsStart(record, nowMs).state === 'running',
    isBlockedByQuestion: record.question !== null,
  };
}

/** Where Tools stands; `remainingMs` counts guest time, which stands still while paused. */
export type ToolsStart =
  | { readonly state: 'vm-off' }
  | { readonly state: 'not-installed' }
  | { readonly state: 'paused' }
  | { readonly state: 'hung' }
  | { readonly state: 'starting'; readonly remainingMs: number }
  | { readonly state: 'running'; readonly scriptsReadyInMs: number };

/** Derives the state of Tools from the time of boot. A boot in the future counts as long ago: the clock was set back. */
export function toolsStart(record: VmRecord, nowMs: number): ToolsStart {
  const { power, tools } = record;
  if (power.phase !== 'on' || power.bootedAtMs === null) return { state: 'vm-off' };
  if (tools.version === null) return { state: 'not-installed' };
  if (power.isPaused) return { state: 'paused' };
  if (tools.heartbeat === 'red') return { state: 'hung' };
  const uptimeMs = nowMs < power.bootedAtMs ? Number.POSITIVE_INFINITY : nowMs - power.bootedAtMs;
  const remainingMs = tools.bootDelayMs - uptimeMs;
  if (remainingMs > 0) return { state: 'starting', remainingMs };
  return { state: 'running', scriptsReadyInMs: Math.max(0, remainingMs + tools.scriptsDelayMs) };
}

/** How regularly a guest gives a sign of life. `gray`: Tools does not run, so nobody expects one. */
export type Heartbeat = 'green' | 'yellow' | 'red' | 'gray';

/** The heartbeat of a guest; one that stands still gives none. */
export function heartbeatOf(record: VmRecord, nowMs: number): Heartbeat {
  const { state } = toolsStart(record, nowMs);
  if (state === 'paused' || state === 'hung') return 'red';
  return state === 'running' ? (record.tools.heartbeat ?? 'green') : 'gray';
}

/** Whether something of the record is due at that moment, so that `settle` would change it. */
function isDue(record: VmRecord, nowMs: number): boolean {
  const { power, tools, question } = record;
  if (power.transition !== undefined) return hasEnded(power.transition, nowMs);
  if (isTransitional(power.phase) && question === null) return true;
  if (tools.installEndsAtMs !== undefined && nowMs >= tools.installEndsAtMs) return true;
  return isCustomizationDue(record, nowMs);
}

/** The record as it is at that moment: itself, or a copy that has been settled. */
export function presentRecord(record: VmRecord, nowMs: number): VmRecord {
  if (!isDue(record, nowMs)) return record;
  const present = structuredClone(record);
  settle(present, nowMs);
  return present;
}

/** Brings a record up to a moment: ends what has ended by then, also what a killed process left behind. */
export function settle(record: VmRecord, nowMs: number): void {
  const { power, tools } = record;
  const { transition, phase } = power;
  if (transition !== undefined) {
    if (hasEnded(transition, nowMs)) finishTransition(record, Math.min(transition.endsAtMs, nowMs));
  } else if (isTransitional(phase) && record.question === null) {
    if (phaseAfter[phase] === 'off') turnOff(record);
    else power.phase = phaseAfter[phase];
  }
  if (tools.installEndsAtMs !== undefined && nowMs >= tools.installEndsAtMs) {
    delete tools.installEndsAtMs;
    tools.isInstallerMounted = false;
    tools.version = currentToolsVersion;
  }
  advanceCustomization(record, nowMs);
}

/** Version of Tools that the host's image installs, as vSphere counts: 12.2.0. */
export const currentToolsVersion = 12_352;

function hasEnded(transition: { readonly startedAtMs: number; readonly endsAtMs: number }, nowMs: number): boolean {
  return nowMs >= transition.endsAtMs || nowMs < transition.startedAtMs;
}

/** Enters a transitional phase for `durationMs`; a duration of 0 ends it at once. */
export function startTransition(
  record: VmRecord,
  phase: TransitionalPhase,
  options: { readonly nowMs: number; readonly durationMs: number; readonly endsPaused?: boolean },
): void {
  const { nowMs, durationMs } = options;
  const { power } = record;
  power.phase = phase;
  power.transition = { startedAtMs: nowMs, endsAtMs: nowMs + durationMs, endsPaused: options.endsPaused ?? false };
  if (phase === 'suspending') freeze(record, nowMs);
  if (phase !== 'resuming') power.isPaused = false;
  if (durationMs <= 0) finishTransition(record, nowMs);
}

function finishTransition(record: VmRecord, atMs: number): void {
  const { power } = record;
  const endsPaused = power.transition?.endsPaused ?? false;
  delete power.transition;
  if (power.phase === 'powering-on' || power.phase === 'resetting') {
    boot(record, atMs);
  } else if (power.phase === 'powering-off') {
    turnOff(record);
  } else if (power.phase === 'suspending') {
    power.phase = 'suspended';
  } else if (power.phase === 'resuming') {
    thaw(record, atMs);
    power.phase = 'on';
  }
  if (endsPaused) {
    freeze(record, atMs);
    power.isPaused = true;
  }
}

function boot(record: VmRecord, atMs: number): void {
  const { power } = record;
  power.phase = 'on';
  power.bootedAtMs = atMs;
  power.bootCount += 1;
  delete power.frozenAtMs;
  delete record.tools.heartbeat;
  record.recording = { state: 'idle', snapshotId: null };
  bootGuest(record, atMs);
  scheduleCustomization(record, atMs);
}

/** Takes the installer of Tools out; work that it had not done is lost. */
export function endInstall(tools: VmTools, reason: string): void {
  if (tools.installEndsAtMs !== undefined) tools.installError = reason;
  delete tools.installEndsAtMs;
  tools.isInstallerMounted = false;
}

/** Everything that ends with the power, whatever the way to it. */
export function turnOff(record: VmRecord): void {
  const { power, tools, guest } = record;
  interruptCustomization(record, power.transition?.endsAtMs ?? null);
  power.phase = 'off';
  power.isPaused = false;
  power.bootedAtMs = null;
  delete power.transition;
  delete power.frozenAtMs;
  delete tools.heartbeat;
  endInstall(tools, 'The machine went off before the installer was done.');
  record.question = null;
  record.runtimeConfig = {};
  record.guestVariables = {};
  record.recording = { state: 'idle', snapshotId: null };
  record.consoleLines = [];
  guest.processes = [];
  delete guest.toolsEnvironment;
}

/** Stops the guest's time. A guest that stands still already keeps the moment at which it stopped. */
export function freeze(record: VmRecord, atMs: number): void {
  record.power.frozenAtMs ??= atMs;
}

/** Lets the guest's time go on: to the guest, no time has passed since it stopped. */
export function thaw(record: VmRecord, atMs: number): void {
  const { power } = record;
  const stoodStillMs = Math.max(0, atMs - (power.frozenAtMs ?? atMs));
  delete power.frozenAtMs;
  power.isPaused = false;
  if (power.bootedAtMs !== null) power.bootedAtMs += stoodStillMs;
  delayCustomization(record, stoodStillMs);
  for (const process of record.guest.processes) {
    if (process.endsAtMs !== null && process.endMs === null) process.endsAtMs += stoodStillMs;
  }
}

/** @throws Fault `vm-not-running` unless the machine is on. */
export function requireOn(record: VmRecord): void {
  if (record.power.phase === 'on') return;
  throw new Fault('vm-not-running', `'${record.name}' is ${phaseWords[record.power.phase]}. Power it on first.`, {
    retryable: 'when-state-changes',
  });
}

/**
 * @param purpose what Tools is needed for, for the message.
 * @throws Fault `vm-not-running`, or `tools-not-running` with the reason why Tools does not answer.
 */
export function requireTools(record: VmRecord, nowMs: number, purpose: string): void {
  requireOn(record);
  const start = toolsStart(record, nowMs);
  if (start.state === 'running') return;
  const reason =
    start.state === 'starting'
      ? `still starts; it needs ${Math.ceil(start.remainingMs)} ms more. Wait for Tools first`
      : start.state === 'paused'
        ? 'stands still while the machine is paused. Unpause it first'
        : start.state === 'hung'
          ? 'gives no sign of life: the guest hangs. Reset the machine first'
          : 'is not installed. Install it first';
  throw new Fault('tools-not-running', `${purpose} needs Tools, which on '${record.name}' ${reason}.`, {
    retryable: start.state === 'not-installed' ? 'no' : 'when-state-changes',
  });
}

/** @throws Fault as `requireTools`, and `tools-scripts-unavailable` for a moment after Tools has come up. */
export function requireToolsScripts(record: VmRecord, nowMs: number, purpose: string): void {
  requireTools(record, nowMs, purpose);
  const start = toolsStart(record, nowMs);
  if (start.state !== 'running' || start.scriptsReadyInMs <= 0) return;
  throw new Fault(
    'tools-scripts-unavailable',
    `${purpose} needs the scripts of Tools, which on '${record.name}' are ready in ` +
      `${Math.ceil(start.scriptsReadyInMs)} ms. Try again then.`,
    { retryable: 'when-state-changes' },
  );
}

export const phaseWords: Readonly<Record<PowerPhase, string>> = {
  off: 'powered off',
  'powering-on': 'powering on',
  on: 'powered on',
  'powering-off': 'powering off',
  resetting: 'being reset',
  suspending: 'being suspended',
  suspended: 'suspended',
  resuming: 'being resumed',
};
