import { sleep } from '../../../base/clock.js';
import { Fault, type FaultKind } from '../../../base/fault.js';
import { jittered } from '../../../base/jitter.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import type { CallContext, ToolsOps, ToolsReport } from '../../backend.js';
import { isVimError } from '../errors/vim-error.js';
import type { Properties } from '../properties.js';
import { toolsVersion } from '../rest/tools-info.js';
import type { Machine } from './machine.js';
import { areToolsMissing, areToolsRunning, isOn, powerPaths } from './power-state.js';

/**
 * A guest that has never told of its Tools counts as one without. One that boots for the first time looks the same, so
 * it gets as long as this to tell.
 */
const firstWordMs = 300_000;

/** Pauses between looks at a guest that is not as ready as the server says: they double up to the longest. */
const firstPauseMs = 250;
const longestPauseMs = 4000;

/** What a guest is asked for in vain that is not as ready as the server says. */
const notYet: ReadonlySet<FaultKind> = new Set<FaultKind>(['tools-not-running', 'tools-timeout', 'busy']);

/** What tells whether a guest takes operations. */
const readyPaths = [...powerPaths, 'guest.guestOperationsReady'] as const;

const reportPaths = [
  ...powerPaths,
  'config.tools',
  'guest.guestFullName',
  'guest.guestOperationsReady',
  'guest.hostName',
  'guest.interactiveGuestOperationsReady',
  'guest.toolsVersion',
  'guestHeartbeatStatus',
] as const;

/** Empty where there is no Tools; a machine that is off may only know the version that its configuration keeps. */
function versionText(values: Properties): string {
  const number = Number(values.get('guest.toolsVersion') ?? values.get('config.tools')?.toolsVersion ?? 0);
  if (areToolsMissing(values) || !(number > 0)) return '';
  const { major, minor, revision } = toolsVersion(number);
  return `${major}.${minor}.${revision}`;
}

const whileInstalling: Readonly<Record<string, FaultKind>> = {
  InvalidState: 'tools-install-in-progress',
  InvalidPowerState: 'vm-not-running',
  TaskInProgress: 'tools-install-in-progress',
};

/** VMware Tools of one machine. */
export class VsphereTools implements ToolsOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  waitUntilRunning(call: CallContext, probe?: (call: CallContext) => Promise<void>): Promise<void> {
    const machine = this.#machine;
    return machine.run('waiting for VMware Tools in', { Timedout: 'tools-timeout' }, call, async () => {
      let pauseMs = firstPauseMs;
      for (;;) {
        await this.#untilToldReady(call);
        if (await machine.believesGuest(() => this.#answers(call, probe))) return;
        await sleep(machine.connection.clock, jittered(pauseMs), call.signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    });
  }

  /** Waits until the server says that the guest takes operations. */
  async #untilToldReady(call: CallContext): Promise<void> {
    const { connection, label } = this.#machine;
    const late = new Error('no word of Tools');
    const early = new LinkedAbort(call.signal);
    const timer = connection.clock.after(firstWordMs, () => early.abort(late));
    try {
      await this.#machine.waitFor((values) => this.#ready(values), { signal: early.signal });
      return;
    } catch (error) {
      if (error !== late) throw error;
    } finally {
      timer.cancel();
      early.release();
    }
    const installedAndReady = (values: Properties): true | undefined => {
      const isReady = this.#ready(values);
      if (isReady === undefined && areToolsMissing(values)) {
        throw new Fault('tools-not-running', `VMware Tools is not installed in ${label}. Install it first.`);
      }
      return isReady;
    };
    await this.#machine.waitFor(installedAndReady, call);
  }

  #ready(values: Properties): true | undefined {
    if (!isOn(values)) throw new Fault('vm-not-running', `${this.#machine.label} does not run. Power it on first.`);
    // That Tools runs is not enough: the part of it that guest operations need starts later. Simulators may not say.
    const isReady = values.get('guest.guestOperationsReady') ?? areToolsRunning(values);
    return isReady ? true : undefined;
  }

  /** Whether the guest answers, or, where nobody is logged in, whether the server still says that it is ready. */
  async #answers(call: CallContext, probe: ((call: CallContext) => Promise<void>) | undefined): Promise<boolean> {
    if (probe === undefined) return this.#ready(await this.#machine.properties(readyPaths, call)) === true;
    try {
      await probe(call);
      return true;
    } catch (error) {
      if (error instanceof Fault && notYet.has(error.kind)) return false;
      // Tools has judged the login, so it takes operations; the next one tells what is wrong.
      if (error instanceof Fault && error.kind.startsWith('guest-')) return true;
      throw error;
    }
  }

  report(call: CallContext): Promise<ToolsReport> {
    const machine = this.#machine;
    return machine.run('reading what VMware Tools tells of', undefined, call, async () => {
      const values = await machine.properties(reportPaths, call);
      const isRunning = areToolsRunning(values);
      return {
        osName: isRunning ? (values.get('guest.guestFullName') ?? '') : '',
        hostName: isRunning ? (values.get('guest.hostName') ?? '') : '',
        toolsVersion: versionText(values),
        heartbeat: values.get('guestHeartbeatStatus') ?? 'gray',
        isTimeSynced: values.get('config.tools')?.syncTimeWithHost === true,
        // Servers before 5.0 do not tell.
        areGuestOperationsReady: isRunning && values.get('guest.guestOperationsReady') !== false,
        areInteractiveOperationsReady: isRunning && values.get('guest.interactiveGuestOperationsReady') === true,
      };
    });
  }

  setTimeSync(isTimeSynced: boolean, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('setting the time synchronization of', undefined, call, async () => {
      const spec = { tools: { syncTimeWithHost: isTimeSynced } };
      await machine.task('ReconfigVM_Task', { spec }, call);
    });
  }

  install(options: { readonly autoUpgrade: boolean; readonly waitForEnd: boolean }, call: CallContext): Promise<void> {
    const machine = this.#machine;
    const { connection, label } = machine;
    return machine.run('installing VMware Tools in', whileInstalling, call, async () => {
      const values = await machine.properties(powerPaths, call);
      if (!isOn(values)) throw new Fault('vm-not-running', `${label} does not run. Power it on first.`);
      if (!options.autoUpgrade) {
        requireDrive(label, await machine.properties(['config.hardware.device'], call));
        // The guest takes it from there; when it is through, nobody outside can tell.
        await machine.use((ref) => connection.call(ref, 'MountToolsInstaller', {}, call), call);
        return;
      }
      if (!areToolsRunning(values)) throw notUpgradable(label, areToolsMissing(values));
      try {
        const task = await machine.startTask('UpgradeTools_Task', {}, call);
        if (options.waitForEnd) await connection.tasks.wait(task, call);
      } catch (error) {
        if (!isVimError(error, 'ToolsAlreadyUpgraded')) throw error;
      }
    });
  }
}

/** The installer comes on a medium. @throws Fault `tools-drive-missing`. */
function requireDrive(label: string, values: Properties): void {
  const devices = values.get('config.hardware.device');
  // What may not be read is no reason to say no.
  if (devices === undefined || devices.some(({ $type }) => $type === 'VirtualCdrom')) return;
  const message = `${label} has no CD drive for the installer of VMware Tools. Add one, then install.`;
  throw new Fault('tools-drive-missing', message);
}

/** Tools upgrades itself, so it has to run. */
function notUpgradable(label: string, isMissing: boolean): Fault {
  return isMissing
    ? new Fault('tools-auto-upgrade-unsupported', `There is no VMware Tools in ${label} that could upgrade itself.`)
    : new Fault('tools-guest-not-ready', `VMware Tools in ${label} does not run yet. Wait for it, then upgrade it.`);
}
