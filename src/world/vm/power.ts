import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import {
  freeze,
  phaseWords,
  requireOn,
  requireToolsScripts,
  startTransition,
  thaw,
  turnOff,
  type TransitionalPhase,
} from './power-state.js';
import { raiseQuestion, requireNoQuestion } from './question.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** How an operation reaches the power button: hard, or through the guest. */
export type PowerMode = 'hard' | 'soft';

/** Why a host refuses to power a machine on, as a fault. */
const refusals = {
  'unsupported-guest': ['vm-unsupported-guest', 'the host does not support its guest operating system'],
  'host-memory': ['vm-host-memory', 'the host has not enough memory left'],
  'host-cpus': ['vm-host-cpus', 'it has more processors than the host offers'],
} as const;

/** The power button of one virtual machine. */
export class VmPowerControl {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * Powers on or resumes; resolves when the guest starts to boot.
   * @throws Fault `vm-running`, `vm-template`, `vm-read-only`, `vm-cannot-power-on`, `vm-unsupported-guest`,
   *   `vm-host-memory`, `vm-host-cpus`, `vm-question-pending`, and `not-supported` for the console of an encrypted one.
   */
  async on(
    options: { readonly paused: boolean; readonly showConsole: boolean; readonly waitsForAnswer?: boolean },
    call: WorldCall,
  ): Promise<void> {
    const scope = this.#scope;
    await scope.begin('power.on', call);
    const missingParent = await this.#missingParent();
    await scope.transition(call, (record) => {
      const { phase } = record.power;
      if (phase === 'on') throw isOn(record);
      if (record.question !== null) return;
      refusePowerOn(record, options.showConsole);
      if (missingParent !== null) {
        throw new Fault(
          'vm-cannot-power-on',
          `'${record.name}' is a linked clone, and ${missingParent}. Restore it, or make the clone again.`,
        );
      }
      if (phase === 'off' && record.questionAtPowerOn !== null) {
        raiseQuestion(record, record.questionAtPowerOn);
        return;
      }
      this.#start(record, phase === 'suspended' ? 'resuming' : 'powering-on', options.paused);
    });
    await this.#throughQuestion(options.showConsole || options.waitsForAnswer === true, call);
  }

  /** @throws Fault `vm-not-running`; soft also `tools-not-running`, `tools-scripts-unavailable`. */
  async off(mode: PowerMode, call: WorldCall): Promise<void> {
    await this.#scope.begin('power.off', call);
    await this.#scope.transition(call, (record) => {
      // A machine that waits for an answer has not begun to run, so there is nothing to wind down.
      if (record.question !== null && mode === 'hard') {
        turnOff(record);
        return;
      }
      this.#requireReach(record, mode, 'A soft power-off');
      this.#start(record, 'powering-off');
    });
  }

  /** @throws Fault as `off`. */
  async reset(mode: PowerMode, call: WorldCall): Promise<void> {
    await this.#scope.begin('power.reset', call);
    await this.#scope.transition(call, (record) => {
      this.#requireReach(record, mode, 'A soft reset');
      this.#start(record, 'resetting');
    });
  }

  /** @throws Fault as `off`, and `recording-active`, `replay-active`. */
  async suspend(mode: PowerMode, call: WorldCall): Promise<void> {
    await this.#scope.begin('power.suspend', call);
    await this.#scope.transition(call, (record) => {
      this.#requireReach(record, mode, 'A soft suspend');
      requireNoRecording(record, 'Suspending');
      this.#start(record, 'suspending');
    });
  }

  /** Pausing a paused machine does nothing. @throws Fault `vm-not-running`. */
  async pause(call: WorldCall): Promise<void> {
    await this.#scope.begin('power.pause', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireNoQuestion(record);
      requireOn(record);
      freeze(record, this.#scope.clock.now());
      record.power.isPaused = true;
    });
  }

  /** Continuing a machine that is not paused does nothing. @throws Fault `vm-not-running`. */
  async unpause(call: WorldCall): Promise<void> {
    await this.#scope.begin('power.unpause', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireNoQuestion(record);
      requireOn(record);
      if (record.power.isPaused) thaw(record, this.#scope.clock.now());
    });
  }

  #start(record: VmRecord, phase: TransitionalPhase, endsPaused: boolean = false): void {
    const { clock, transitionMs } = this.#scope.services;
    startTransition(record, phase, { nowMs: clock.now(), durationMs: transitionMs, endsPaused });
  }

  #requireReach(record: VmRecord, mode: PowerMode, purpose: string): void {
    requireNoQuestion(record);
    requireOn(record);
    if (mode === 'soft') requireToolsScripts(record, this.#scope.clock.now(), purpose);
  }

  /** Waits for the answer to a dialog where somebody could give one; else fails with it. */
  async #throughQuestion(isAnswered: boolean, call: WorldCall): Promise<void> {
    const scope = this.#scope;
    const isWaiting = isAnswered || scope.services.questions === 'wait';
    let hasAsked = false;
    for (;;) {
      const state = await scope.read(({ record }) => {
        if (record.question !== null && !isWaiting) requireNoQuestion(record);
        return { name: record.name, phase: record.power.phase, isAsking: record.question !== null };
      });
      if (!state.isAsking) {
        if (!hasAsked) return;
        await scope.seeThrough(call);
        if (state.phase !== 'off') return;
        throw new Fault('vm-cannot-power-on', `The power-on of '${state.name}' was given up at its question.`);
      }
      hasAsked = true;
      await scope.untilChanged(Number.POSITIVE_INFINITY, call.signal);
    }
  }

  /** What a linked clone misses of its parent, in words, or null. */
  async #missingParent(): Promise<string | null> {
    const linkedTo = await this.#scope.read(({ record }) => record.linkedTo);
    if (linkedTo === null) return null;
    try {
      return await this.#scope.services.store.read(linkedTo.vmId, ({ record }) =>
        record.snapshots.some(({ id }) => id === linkedTo.snapshotId)
          ? null
          : `its parent '${record.location}' has lost the snapshot that the clone hangs on`,
      );
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'vm-not-found') throw error;
      return `its parent '${linkedTo.parentLocation ?? linkedTo.vmId}' is gone`;
    }
  }
}

/** @throws Fault `recording-active`, `replay-active` while the machine records or replays. */
export function requireNoRecording(record: VmRecord, purpose: string): void {
  const { state } = record.recording;
  if (state === 'idle') return;
  throw new Fault(
    state === 'recording' ? 'recording-active' : 'replay-active',
    `${purpose} is not possible while '${record.name}' is ${state}. End the ${state === 'recording' ? 'recording' : 'replay'} first.`,
  );
}

/** @throws Fault `vm-running`. */
export function isRunning(record: VmRecord): Fault {
  return new Fault(
    'vm-running',
    `'${record.name}' is ${record.power.isPaused ? 'paused' : phaseWords[record.power.phase]}. Power it off first.`,
    { retryable: 'when-state-changes' },
  );
}

function isOn({ name, power }: VmRecord): Fault {
  const message = power.isPaused
    ? `'${name}' is on already, but paused: unpause it first.`
    : `'${name}' is already on. Use it as it is, or reset it.`;
  return new Fault('vm-running', message, { retryable: 'when-state-changes' });
}

function refusePowerOn(record: VmRecord, showConsole: boolean): void {
  if (record.isTemplate) {
    throw new Fault('vm-template', `'${record.name}' is a template, which cannot run. Clone it and run the clone.`);
  }
  if (record.isReadOnly) {
    throw new Fault('vm-read-only', `'${record.name}' is read-only, so it cannot run. Make its files writable.`);
  }
  if (record.encryption !== null && showConsole) {
    throw new Fault('not-supported', `'${record.name}' is encrypted, so it starts without a window only.`);
  }
  if (record.powerOnRefusal !== null) {
    const [kind, reason] = refusals[record.powerOnRefusal];
    throw new Fault(kind, `'${record.name}' (${record.guestOs}) cannot be powered on: ${reason}.`);
  }
}
