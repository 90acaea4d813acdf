import type { OnReadOpts, Socket } from 'node:net';
import PQueue from 'p-queue';
import { type buildConnector, type Dispatcher, errors, Pool } from 'undici';
import { deferred } from '../../../base/deferred.js';

/** Transfers in one direction at a time with one host, which answers a crowd of them with 503. */
const transfersPerHost = 8;

/** As much as Node takes from a connection at once. */
const readBytes = 64 * 1024;

/** Makes a connector whose connections put what they read into a buffer and tell so, where they can. */
export type ConnectorFor = (onread?: OnReadOpts) => buildConnector.connector;

/** Who gets what a connection brings. */
export interface ConnectionListener {
  /** It stands. */
  onOpen(): void;
  /** The bytes are there during the call only. */
  onBytes(bytes: Buffer): void;
  /** The other end sends no more. */
  onEnd(): void;
  /** It could not be opened, or is gone; told once, and nothing after it. */
  onError(error: Error): void;
}

/** A connection that stands or is being opened. */
export interface Connection {
  write(text: string): void;
  pause(): void;
  resume(): void;
  /** Ends it at once; nothing more is told. Idempotent. */
  close(): void;
}

/**
 * The connections to one host that carry files. They are not those of the calls, which would wait for hours behind large
 * files. Uploads go over undici. Downloads read by themselves: one buffer is used again and again, where undici, and every
 * stream of Node, makes one for each record of TLS, so that a download of 1 GiB took 30 collections of the whole memory
 * and 1.3 to 1.7 times as long as by curl.
 */
export class TransferConnections {
  /** For uploads. */
  readonly dispatcher: Dispatcher;
  readonly #url: URL;
  readonly #connectorFor: ConnectorFor;
  readonly #turns = {
    up: new PQueue({ concurrency: transfersPerHost }),
    down: new PQueue({ concurrency: transfersPerHost }),
  };
  /** Fails one each. */
  readonly #opened = new Set<(error: Error) => void>();
  #isClosed = false;

  /** @param url any URL of the host; only scheme, name and port count. */
  constructor(url: URL, connectorFor: ConnectorFor) {
    this.#url = url;
    this.#connectorFor = connectorFor;
    this.dispatcher = new Pool(url.origin, { connect: connectorFor(), headersTimeout: 0, bodyTimeout: 0 });
  }

  /**
   * Waits while too many transfers go in this direction. Uploads do not wait for downloads: they may carry their bytes on.
   *
   * @returns to be called when the transfer is over. @throws the signal's reason.
   */
  enter(direction: 'up' | 'down', signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const left = deferred<void>();
      const stay = (): Promise<void> => {
        resolve(() => left.resolve());
        return left.promise;
      };
      this.#turns[direction].add(stay, { signal }).catch(reject);
    });
  }

  /** Opens a connection for one download. What it meets is told to the listener later, never thrown. */
  open(listener: ConnectionListener): Connection {
    let socket: Socket | undefined;
    let isOver = false;
    const close = (): void => {
      isOver = true;
      this.#opened.delete(fail);
      socket?.destroy();
    };
    const fail = (error: Error): void => {
      if (isOver) return;
      close();
      listener.onError(error);
    };
    const take = (bytes: Buffer): void => {
      // What came before the certificate was looked at would be from anybody.
      if (socket !== undefined && !isOver) listener.onBytes(bytes);
    };
    const onread: OnReadOpts = {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback: (size, buffer) => {
        take(Buffer.from(buffer.buffer, buffer.byteOffset, size));
        return true;
      },
    };
    const connection: Connection = {
      write: (text) => void socket?.write(text),
      pause: () => void socket?.pause(),
      resume: () => void socket?.resume(),
      close,
    };
    if (this.#isClosed) {
      queueMicrotask(() => fail(new errors.ClientDestroyedError()));
      return connection;
    }
    this.#opened.add(fail);
    this.#connectorFor(onread)(this.#target(), (error, opened) => {
      if (error !== null) return fail(error);
      if (isOver) return void opened.destroy();
      socket = opened
        .on('error', fail)
        .on('end', () => {
          if (!isOver) listener.onEnd();
        })
        .on('close', () => fail(new Error('it was closed')))
        // Only from connections that do not take the buffer: those through a proxy.
        .on('data', take);
      listener.onOpen();
    });
    return connection;
  }

  /** Ends every connection; transfers under way fail. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const fail of this.#opened) fail(new errors.ClientDestroyedError());
    await this.dispatcher.destroy();
  }

  #target(): buildConnector.Options {
    const { host, hostname, port, protocol } = this.#url;
    return { host, hostname: hostname.replace(/^\[|\]$/g, ''), port, protocol };
  }
}
