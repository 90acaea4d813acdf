import { runtimeOf, type Vix } from '../../api/vix.js';
import type { VixHandle } from '../../vix/types.js';
import { cancelled, connectHost, type Connection, type ConnectTarget } from '../vmrun/execute.js';

/**
 * Connections for commands, of which the last to each host and user stays open: the backend's session lives as long,
 * and later connections share it.
 */
export class KeptHosts {
  readonly #vix: Vix;
  readonly #kept = new Map<string, VixHandle>();

  constructor(vix: Vix) {
    this.#vix = vix;
  }

  /** Connects; never cut short on the way, since others may wait for the same session. @throws CommandFailure. */
  async connect(target: ConnectTarget, signal: AbortSignal): Promise<Connection> {
    const connecting = connectHost(this.#vix, target);
    const host = await new Promise<VixHandle>((resolve, reject) => {
      const stop = (): void => reject(cancelled(signal));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      connecting.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    }).catch((error: unknown) => {
      connecting.then(
        (late) => this.#vix.VixHost_Disconnect(late),
        () => undefined,
      );
      throw error;
    });
    const ended = this.#endOf(host);
    return {
      vix: this.#vix,
      host,
      giveBack: async (isUsable) => {
        this.#giveBack(target, host, isUsable);
        if (!isUsable) await ended();
      },
    };
  }

  /** Gives what waits until a connection that was disconnected has tidied up in its guests. */
  #endOf(host: VixHandle): () => Promise<void> {
    const entry = runtimeOf(this.#vix)?.table.lookup(host, 'host');
    return async () => {
      if (typeof entry === 'object') await entry.payload.ending;
    };
  }

  #giveBack({ provider, hostName, hostPort, userName }: ConnectTarget, host: VixHandle, isUsable: boolean): void {
    if (!isUsable) {
      this.#vix.VixHost_Disconnect(host);
      return;
    }
    const key = JSON.stringify([provider, hostName, hostPort, userName]);
    const older = this.#kept.get(key);
    this.#kept.set(key, host);
    if (older !== undefined) this.#vix.VixHost_Disconnect(older);
  }
}
