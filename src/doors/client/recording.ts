import type { CallContext, VmLink } from '../../backends/backend.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import type { Engine } from './engine.js';
import { idOf, type SnapshotChoice } from './snapshots.js';

/** What a recording is to be called. */
export interface NewRecording extends CallOptions {
  readonly name?: string;
  readonly description?: string;
}

/** Execution recordings of one virtual machine. */
export class Recording {
  readonly #engine: Engine;
  readonly #vm: VixHandle;

  constructor(engine: Engine, vm: VixHandle) {
    this.#engine = engine;
    this.#vm = vm;
  }

  /** Begins to record. @returns id of the snapshot that holds the recording. @throws VixError. */
  begin({ name = '', description = '', ...options }: NewRecording = {}): Promise<string> {
    return this.#do('begin', options, (recording, call) => recording.beginRecording({ name, description }, call));
  }

  /** @throws VixError. */
  end(options: CallOptions = {}): Promise<void> {
    return this.#do('end', options, (recording, call) => recording.endRecording(call));
  }

  /** Replays the recording that a snapshot holds. @throws VixError. */
  beginReplay(snapshot: SnapshotChoice, options: CallOptions = {}): Promise<void> {
    const replay = { snapshotId: idOf(snapshot), showConsole: false };
    return this.#do('beginReplay', options, (recording, call) => recording.beginReplay(replay, call));
  }

  /** Ends the replay: the machine goes on live. @throws VixError. */
  endReplay(options: CallOptions = {}): Promise<void> {
    return this.#do('endReplay', options, (recording, call) => recording.endReplay(call));
  }

  #do<T>(
    name: string,
    options: CallOptions,
    work: (recording: VmLink['recording'], call: CallContext) => Promise<T>,
  ): Promise<T> {
    const how = { operation: `vm.recording.${name}`, capability: 'recording', lane: 'exclusive' } as const;
    return this.#engine.onVm(this.#vm, how, options, ({ payload: { link } }, call) => work(link.recording, call));
  }
}
