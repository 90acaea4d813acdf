import type { ClockTimer } from '../../../base/clock.js';
import { Fault, type FaultKind } from '../../../base/fault.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import type { CallContext, PowerMode, PowerOps } from '../../backend.js';
import type { Properties } from '../properties.js';
import type { Machine } from './machine.js';
import { areToolsRunning, isOn, powerPaths, questionIn } from './power-state.js';
import { forgetGuestVariables } from './variables.js';

/** What faults mean at power-on. */
const atPowerOn: Readonly<Record<string, FaultKind>> = {
  VmConfigFault: 'vm-cannot-power-on',
  UnsupportedGuest: 'vm-unsupported-guest',
  EncryptionKeyRequired: 'vm-needs-key',
  FileNotWritable: 'vm-read-only',
};

/**
 * A guest that was asked to restart shows a sign of it within so long, and Tools is back so long after that: guests install
 * updates before they stop and check their disks when they start.
 */
const restartMs = 600_000;

/** The power button of one machine. */
export class VspherePower implements PowerOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  on(options: { readonly paused: boolean; readonly waitsForAnswer?: boolean }, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('power on', atPowerOn, call, async () => {
      if (options.paused) throw machine.unsupported('start a machine paused');
      await forgetGuestVariables(machine, call);
      const isWaiting = options.waitsForAnswer === true || machine.connection.settings.questions === 'wait';
      const meanwhile = isWaiting ? undefined : this.#question(call);
      await machine.family.doubtAfter(() => machine.task('PowerOnVM_Task', {}, call, meanwhile));
    });
  }

  off(mode: PowerMode, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('power off', undefined, call, async () => {
      const values = await machine.properties(powerPaths, call);
      // A machine that waits for an answer while it is powered on shows as off, but can be powered off.
      if (mode === 'soft' || questionIn(values) === null) this.#requireOn(values);
      if (mode === 'hard') {
        await machine.family.doubtAfter(() => machine.task('PowerOffVM_Task', {}, call));
        return;
      }
      this.#requireScripts(values);
      await this.#ask('ShutdownGuest', call);
      await machine.waitFor((now) => (isOn(now) ? undefined : true), call);
    });
  }

  reset(mode: PowerMode, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('reset', undefined, call, async () => {
      const values = await machine.properties([...powerPaths, 'runtime.bootTime'], call);
      const question = questionIn(values);
      if (question !== null) throw this.#blocked(question);
      this.#requireOn(values);
      if (mode === 'hard') {
        await machine.restartingGuest(() => machine.task('ResetVM_Task', {}, call));
        return;
      }
      this.#requireScripts(values);
      await this.#ask('RebootGuest', call);
      await this.#untilRestarted(values.get('runtime.bootTime'), call);
    });
  }

  suspend(mode: PowerMode, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run(
      'suspend',
      { VmConfigFault: 'vm-suspend-failed', FileFault: 'vm-suspend-failed' },
      call,
      async () => {
        const values = await machine.properties(powerPaths, call);
        this.#requireOn(values);
        if (mode === 'soft') this.#requireScripts(values);
        await machine.task('SuspendVM_Task', {}, call);
      },
    );
  }

  async pause(): Promise<void> {
    throw this.#machine.unsupported('pause a machine');
  }

  async unpause(): Promise<void> {
    throw this.#machine.unsupported('pause a machine');
  }

  /** Asks Tools for a soft operation, as soon as nothing else is under way. */
  async #ask(method: 'ShutdownGuest' | 'RebootGuest', call: CallContext): Promise<void> {
    const { connection } = this.#machine;
    const ask = () => this.#machine.use((ref) => connection.call(ref, method, {}, call), call);
    await this.#machine.restartingGuest(() => connection.tasks.whileBusy(call, ask));
  }

  #requireOn(values: Properties): void {
    if (isOn(values)) return;
    const state = values.get('runtime.powerState') === 'suspended' ? 'suspended' : 'off';
    throw new Fault('vm-not-running', `${this.#machine.label} is ${state}. Power it on first.`);
  }

  /** Soft operations go through Tools, which has to be there and to have its scripts ready. */
  #requireScripts(values: Properties): void {
    const { label } = this.#machine;
    if (!areToolsRunning(values)) {
      throw new Fault(
        'tools-not-running',
        `VMware Tools does not run in ${label}. Wait for it, or use a hard operation.`,
      );
    }
    if (values.get('guest.guestStateChangeSupported') === false) {
      const message = `VMware Tools in ${label} is not ready for soft power operations yet. Try again in a moment.`;
      throw new Fault('tools-scripts-unavailable', message, { retryable: 'when-state-changes' });
    }
  }

  /** Fails when the machine asks a question: nobody is there to answer it, and the power-on would never end. */
  #question(call: CallContext): (signal: AbortSignal) => Promise<void> {
    const test = (values: Properties): undefined => {
      const question = questionIn(values);
      if (question !== null) throw this.#blocked(question);
    };
    return (signal) => this.#machine.waitFor<void>(test, { ...call, signal });
  }

  #blocked(question: string): Fault {
    return new Fault(
      'vm-question-pending',
      `${this.#machine.label} waits for the answer to a question: ${question.trim()} ` +
        'Answer it in the vSphere client, or power the machine off.',
    );
  }

  /** The power state does not change when a guest restarts, but Tools goes away for a while, or there is another boot. */
  async #untilRestarted(lastBoot: Date | undefined, call: CallContext): Promise<void> {
    const { connection, label } = this.#machine;
    const stop = new LinkedAbort(call.signal);
    const failAfter = (ms: number, what: string): ClockTimer => {
      const message = `${label} was asked to restart, but ${what} for ${ms / 1000} seconds. Look at its console.`;
      return connection.clock.after(ms, () => stop.abort(new Fault('tools-timeout', message)));
    };
    let areToolsGone = false;
    let timer = failAfter(restartMs, 'has shown no sign of it');
    const test = (values: Properties): true | undefined => {
      if (!isOn(values)) throw new Fault('vm-not-running', `${label} went off in place of restarting.`);
      const boot = values.get('runtime.bootTime');
      if (boot !== undefined && boot.getTime() > (lastBoot?.getTime() ?? Number.POSITIVE_INFINITY)) return true;
      if (areToolsRunning(values)) return areToolsGone ? true : undefined;
      if (!areToolsGone) {
        areToolsGone = true;
        timer.cancel();
        timer = failAfter(restartMs, 'VMware Tools has been away');
      }
      return undefined;
    };
    try {
      await this.#machine.waitFor(test, { signal: stop.signal });
    } finally {
      timer.cancel();
      stop.release();
    }
  }
}
