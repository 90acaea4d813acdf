import type { Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import type { TlsIdentity } from './certificate.js';

export interface ListenerTls {
  readonly identity: TlsIdentity;
  /** What clients get instead who ask for another name. */
  readonly named?: ReadonlyMap<string, TlsIdentity>;
  /** A certificate that nobody expects, for rules that ask for it. */
  readonly wrongIdentity: () => TlsIdentity;
}

/** A server that changes its certificate for the connections to come. */
interface Presenter {
  setSecureContext(options: SecureContextOptions): void;
}

/** Which certificate each connection of a server gets. */
export class Certificates {
  readonly #tls: ListenerTls;
  /** Connections that get the one which nobody expects. */
  readonly #wrongPeers = new Set<string>();
  #isWrong = false;

  constructor(tls: ListenerTls) {
    this.#tls = tls;
  }

  /** Settings of the server: the certificate by the name that a client asks for; who calls an address asks for none. */
  get settings(): SecureContextOptions & TlsOptions {
    const { identity, named = new Map() } = this.#tls;
    const contexts = new Map([...named].map(([name, own]) => [name, createSecureContext(own)]));
    const wrongPeers = this.#wrongPeers;
    return {
      ...identity,
      SNICallback(this: Socket, name, answer) {
        answer(null, wrongPeers.has(peerOf(this)) ? undefined : contexts.get(name.toLowerCase()));
      },
    };
  }

  /** Chooses the certificate of the connection that is just coming in: TLS begins after this. */
  present(server: Presenter, socket: Socket, isWrong: boolean): void {
    if (isWrong) {
      const peer = peerOf(socket);
      this.#wrongPeers.add(peer);
      socket.once('close', () => this.#wrongPeers.delete(peer));
    }
    if (isWrong === this.#isWrong) return;
    server.setSecureContext(isWrong ? this.#tls.wrongIdentity() : this.#tls.identity);
    this.#isWrong = isWrong;
  }
}

/** Whom a connection comes from; TLS and what lies below it say the same. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? 0}`;
}
