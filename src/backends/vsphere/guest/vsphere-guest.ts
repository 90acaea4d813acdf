import { Fault } from '../../../base/fault.js';
import type {
  CallContext,
  GuestAliasOps,
  GuestCustomization,
  GuestFileOps,
  GuestOps,
  GuestProcess,
  GuestRegistryOps,
  ProcessState,
  ProgramSpec,
} from '../../backend.js';
import { VsphereGuestAliases } from './guest-aliases.js';
import { VsphereGuestRegistry } from './guest-registry.js';
import { GuestCaller, type GuestTarget } from './guest-caller.js';
import { customizationSpecOf } from './guest-customization.js';
import { VsphereGuestFiles } from './guest-files.js';
import type { GuestFamily } from './guest-path.js';
import { VsphereGuestPrograms } from './guest-programs.js';

/** Takes a picture of a machine's console; it needs no login of the guest. */
export type CaptureScreen = GuestOps['captureScreen'];

/** Guest operations of one user of one virtual machine over vSphere. */
export class VsphereGuest implements GuestOps {
  readonly files: GuestFileOps;
  readonly registry: GuestRegistryOps;
  readonly aliases: GuestAliasOps;
  readonly #caller: GuestCaller;
  readonly #programs: VsphereGuestPrograms;
  readonly #captureScreen: CaptureScreen;

  constructor(target: GuestTarget, captureScreen: CaptureScreen) {
    this.#caller = new GuestCaller(target);
    this.files = new VsphereGuestFiles(this.#caller);
    this.registry = new VsphereGuestRegistry(this.#caller);
    this.aliases = new VsphereGuestAliases(this.#caller);
    this.#programs = new VsphereGuestPrograms(this.#caller);
    this.#captureScreen = captureScreen;
  }

  get family(): GuestFamily {
    return this.#caller.family;
  }

  get readFamily(): ((call: CallContext) => Promise<void>) | undefined {
    return this.#caller.isFamilyInDoubt ? (call) => this.#caller.readFamily(call) : undefined;
  }

  validate(call: CallContext): Promise<void> {
    return this.#caller.validate(call);
  }

  start(program: ProgramSpec, call: CallContext): Promise<number> {
    return this.#programs.start(program, call);
  }

  poll(pids: readonly number[], call: CallContext): Promise<ReadonlyMap<number, ProcessState>> {
    return this.#programs.poll(pids, call);
  }

  processes(call: CallContext): Promise<readonly GuestProcess[]> {
    return this.#programs.processes(call);
  }

  kill(pid: number, call: CallContext): Promise<void> {
    return this.#programs.kill(pid, call);
  }

  readEnvironment(name: string, call: CallContext): Promise<string> {
    return this.#programs.readEnvironment(name, call);
  }

  /** vSphere has no call for it, so the backend does not offer the capability. */
  writeEnvironment(): Promise<void> {
    return Promise.reject(new Fault('not-supported', 'vSphere cannot set variables of a guest environment.'));
  }

  captureScreen(options: { readonly isCompressed: boolean }, call: CallContext): Promise<Uint8Array> {
    return this.#captureScreen(options, call);
  }

  /** vSphere has no call for it, so the backend does not offer the capability. */
  openUrl(): Promise<void> {
    return Promise.reject(new Fault('not-supported', 'vSphere cannot open a URL in a guest.'));
  }

  customize(customization: GuestCustomization, call: CallContext): Promise<void> {
    return this.#caller.task('CustomizeGuest_Task', { spec: customizationSpecOf(customization) }, call);
  }
}
