import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import {
  currentToolsVersion,
  endInstall,
  heartbeatOf,
  requireOn,
  toolsStart,
  type Heartbeat,
  type ToolsStart,
} from './power-state.js';
import type { VmRecord, VmTools } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** A version of Tools as people read it: 12352 is `12.2.0`. */
export function toolsVersionText(version: number): string {
  return [Math.floor(version / 1024), Math.floor((version % 1024) / 32), version % 32].join('.');
}

/** What the host knows of a guest by Tools. */
interface ToolsReportView {
  readonly osName: string;
  readonly hostName: string;
  readonly toolsVersion: string;
  readonly heartbeat: Heartbeat;
  readonly isTimeSynced: boolean;
  readonly areGuestOperationsReady: boolean;
  readonly areInteractiveOperationsReady: boolean;
}

/** Entry of the configuration that says whether Tools sets the clock of the guest by that of the host. */
export const timeSyncEntry = 'tools.syncTime';

/** Whether Tools sets the clock of the guest by that of the host. */
export function isTimeSynced({ config }: Pick<VmRecord, 'config'>): boolean {
  const key = Object.keys(config).find((name) => name.toLowerCase() === timeSyncEntry.toLowerCase());
  return key !== undefined && /^true$/i.test(config[key] ?? '');
}

/** The switch of the configuration that forbids guest operations; names and values ignore case, as in a `.vmx` file. */
export function areGuestOperationsProhibited({
  runtimeConfig,
  config,
}: Pick<VmRecord, 'runtimeConfig' | 'config'>): boolean {
  for (const entries of [runtimeConfig, config]) {
    for (const [name, value] of Object.entries(entries)) {
      if (name.toLowerCase() === 'guest.commands.enabled') return value.toLowerCase() === 'false';
    }
  }
  return false;
}

/** How long the installer of Tools works, ms of the world's clock. */
const installDurationMs = 100;

/** Tools of one virtual machine: waiting for it, and installing it. */
export class VmToolsControl {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * Resolves when Tools runs. Has no time limit of its own; waits also while the machine powers on or is paused.
   * @throws Fault `vm-not-running` when the machine is or goes off; `tools-not-running` when Tools is not installed.
   */
  async waitUntilRunning(call: WorldCall): Promise<void> {
    const scope = this.#scope;
    await scope.begin('tools.waitUntilRunning', call);
    for (;;) {
      call.signal.throwIfAborted();
      const waitMs = await scope.read(({ record }) => msUntilRunning(record, scope.clock.now()));
      if (waitMs === 0) return;
      await scope.untilChanged(waitMs, call.signal);
    }
  }

  /**
   * Connects the installer, which then works by itself for a moment, or upgrades Tools in the same way. Upgrading what
   * is current does nothing.
   * @param options.waitForEnd resolve when Tools is installed, rather than when the installer has started.
   * @throws Fault `vm-not-running`, `tools-image-missing`, `tools-drive-missing`, `tools-drive-locked`,
   *   `tools-install-in-progress`, `tools-guest-not-ready`,
   *   `tools-auto-upgrade-unsupported`, and `tools-install-failed` when the machine goes off meanwhile.
   */
  async install(
    options: { readonly autoUpgrade: boolean; readonly waitForEnd: boolean },
    call: WorldCall,
  ): Promise<void> {
    const scope = this.#scope;
    await scope.begin('tools.install', call);
    const isStarted = await scope.updateWhenSettled(call, ({ record }) => {
      const nowMs = scope.clock.now();
      requireOn(record);
      const needsNothing = options.autoUpgrade && isCurrent(record);
      if (needsNothing) return false;
      requireInstallable(record, options.autoUpgrade, toolsStart(record, nowMs));
      record.tools.isInstallerMounted = true;
      // An installer that is put in while the guest still boots begins when the guest is up.
      const readyMs = Math.max(nowMs, (record.power.bootedAtMs ?? nowMs) + record.tools.bootDelayMs);
      record.tools.installEndsAtMs = readyMs + installDurationMs;
      record.tools.installAttempts = (record.tools.installAttempts ?? 0) + 1;
      delete record.tools.installError;
      return true;
    });
    if (isStarted && options.waitForEnd) await this.#untilInstalled(call);
  }

  /** What Tools tells of the guest, and of itself. A guest that stands still gives no sign of life. */
  async report(call: WorldCall): Promise<ToolsReportView> {
    await this.#scope.begin('tools.report', call);
    return this.#scope.read(({ record }) => {
      const nowMs = this.#scope.clock.now();
      const { state } = toolsStart(record, nowMs);
      const { version } = record.tools;
      const { consoleUser, disabledOperations } = record.guest;
      const isReady =
        state === 'running' && !areGuestOperationsProhibited(record) && !disabledOperations.includes('all');
      return {
        osName: state === 'running' ? record.guest.osName : '',
        hostName: state === 'running' ? record.guest.hostName : '',
        toolsVersion: version === null ? '' : toolsVersionText(version),
        heartbeat: heartbeatOf(record, nowMs),
        isTimeSynced: isTimeSynced(record),
        areGuestOperationsReady: isReady,
        areInteractiveOperationsReady: isReady && consoleUser !== null,
      };
    });
  }

  /**
   * Lets the guest give its signs of life regularly (`green`), now and then (`yellow`), or never (`red`): it hangs then, and
   * Tools answers nobody. Lasts until the guest boots anew.
   * @throws Fault `vm-not-running`, `tools-not-running` when Tools is not installed.
   */
  async setHeartbeat(heartbeat: Exclude<Heartbeat, 'gray'>): Promise<void> {
    await this.#scope.update(({ record }) => {
      requireOn(record);
      if (record.tools.version === null) {
        throw new Fault(
          'tools-not-running',
          `Tools, which gives the signs of life, is not installed on '${record.name}'.`,
        );
      }
      if (heartbeat === 'green') delete record.tools.heartbeat;
      else record.tools.heartbeat = heartbeat;
    });
  }

  /** Lets Tools set the clock of the guest by that of the host, or not. */
  async setTimeSync(isOn: boolean, call: WorldCall): Promise<void> {
    await this.#scope.begin('tools.setTimeSync', call);
    await this.#scope.update(({ record }) => {
      record.config[timeSyncEntry] = isOn ? 'TRUE' : 'FALSE';
    });
  }

  /** Takes the installer out; an installation that has not ended is given up. Does nothing when none is in. */
  async ejectInstaller(call: WorldCall): Promise<void> {
    await this.#scope.begin('tools.ejectInstaller', call);
    await this.#scope.updateWhenSettled(call, ({ record: { tools } }) => {
      endInstall(tools, 'The installer was taken out before it was done.');
    });
  }

  async #untilInstalled(call: WorldCall): Promise<void> {
    const scope = this.#scope;
    for (;;) {
      call.signal.throwIfAborted();
      const outcome = await scope.read(({ record }) => ({
        name: record.name,
        isDone: isCurrent(record),
        endsAtMs: record.tools.installEndsAtMs,
      }));
      if (outcome.isDone) {
        await scope.update(() => undefined);
        return;
      }
      if (outcome.endsAtMs === undefined) {
        throw new Fault('tools-install-failed', `'${outcome.name}' went off before Tools was installed. Try again.`);
      }
      await scope.untilChanged(outcome.endsAtMs - scope.clock.now(), call.signal);
    }
  }
}

function isCurrent(record: VmRecord): boolean {
  return record.tools.version !== null && record.tools.version >= currentToolsVersion;
}

const driveFaults: Readonly<Record<NonNullable<VmTools['drive']>, (name: string) => Fault>> = {
  missing: (name) =>
    new Fault('tools-drive-missing', `'${name}' has no CD drive for the installer of Tools. Add one, then install.`),
  locked: (name) =>
    new Fault('tools-drive-locked', `The guest of '${name}' holds the medium in the CD drive. Eject it there first.`),
};

function requireInstallable(record: VmRecord, isAutoUpgrade: boolean, start: ToolsStart): void {
  const { tools, name } = record;
  if (tools.hasImage === false) {
    throw new Fault(
      'tools-image-missing',
      `The host has no Tools image for '${record.guestOs}', the guest of '${name}'.`,
    );
  }
  if (!isAutoUpgrade && tools.drive !== undefined) throw driveFaults[tools.drive](name);
  if (tools.installEndsAtMs !== undefined) {
    throw new Fault('tools-install-in-progress', `Tools is being installed on '${name}' already. Wait for its end.`);
  }
  if (record.power.isPaused) {
    throw new Fault('tools-guest-not-ready', `'${name}' is paused, so nothing can be installed. Unpause it first.`);
  }
  if (start.state === 'hung') {
    throw new Fault('tools-guest-not-ready', `'${name}' hangs, so nothing can be installed. Reset it first.`);
  }
  if (!isAutoUpgrade) return;
  if (tools.version === null) {
    throw new Fault(
      'tools-auto-upgrade-unsupported',
      `'${name}' has no Tools that could upgrade itself. Connect the installer instead.`,
    );
  }
  if (start.state !== 'running') {
    throw new Fault('tools-guest-not-ready', `Tools on '${name}' does not run yet. Wait for Tools, then upgrade.`);
  }
}

/** 0: runs. Otherwise after how long it makes sense to look again. */
function msUntilRunning(record: VmRecord, nowMs: number): number {
  const { phase, transition } = record.power;
  if (phase === 'powering-on' || phase === 'resetting' || phase === 'resuming') {
    return transition === undefined ? Number.POSITIVE_INFINITY : transition.endsAtMs - nowMs;
  }
  requireOn(record);
  const start = toolsStart(record, nowMs);
  if (start.state === 'running') return 0;
  if (start.state === 'starting') return start.remainingMs;
  if (start.state === 'paused' || start.state === 'hung' || record.tools.installEndsAtMs !== undefined)
    return Number.POSITIVE_INFINITY;
  throw new Fault(
    'tools-not-running',
    `Tools is not installed on '${record.name}', so waiting for it would never end. Install it first.`,
  );
}
