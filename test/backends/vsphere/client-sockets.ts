import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const channel = 'undici:client:connected';

/** The connections of this process to one server, so that a test can make the next request open another. */
export class ClientSockets {
  readonly #port: number;
  readonly #open = new Set<Socket>();
  readonly #connected = (event: unknown): void => {
    const { socket } = event as { readonly socket: Socket };
    if (socket.remotePort !== this.#port) return;
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  };

  /** @param url any of the server. */
  constructor(url: string) {
    this.#port = Number(new URL(url).port);
    subscribe(channel, this.#connected);
  }

  /** Ends all of them. */
  drop(): void {
    for (const socket of this.#open) socket.destroy();
  }

  close(): void {
    unsubscribe(channel, this.#connected);
  }
}
