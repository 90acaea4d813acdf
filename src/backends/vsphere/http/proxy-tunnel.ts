import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { ProxyFailure } from './http-failure.js';
import type { ProxyAddress } from './proxy-address.js';

/** Opens a connection to the target through the proxy, and hands it or the failure to `done`. */
export function openTunnel(
  proxy: ProxyAddress,
  target: { readonly hostname: string; readonly port: string; readonly protocol: string },
  timeoutMs: number,
  done: (outcome: Socket | ProxyFailure) => void,
): void {
  const { url, authorization } = proxy;
  const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname;
  const authority = `${host}:${target.port || (target.protocol === 'http:' ? '80' : '443')}`;
  const name = `the proxy ${url.host}`;
  const start = url.protocol === 'https:' ? secureRequest : plainRequest;
  const request = start({
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: authority,
    agent: false,
    timeout: timeoutMs,
    headers: { host: authority, ...(authorization === null ? {} : { 'proxy-authorization': authorization.reveal() }) },
  });
  request.once('connect', (answer, socket) => {
    if (answer.statusCode === 200) {
      socket.setTimeout(0);
      return done(socket);
    }
    socket.destroy();
    const said = `${answer.statusCode ?? ''} ${answer.statusMessage ?? ''}`.trim();
    done(new ProxyFailure(`${name} opened no way to ${authority}: it answered ${said}`));
  });
  request.once('response', (answer) => {
    answer.destroy();
    done(new ProxyFailure(`${name} is no proxy: it answered CONNECT with ${answer.statusCode ?? 'nothing'}`));
  });
  request.once('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs / 1000} seconds`)));
  request.once('error', (error) => {
    done(new ProxyFailure(`${name} opened no way to ${authority}: ${error.message}`, { cause: error }));
  });
  request.end();
}
