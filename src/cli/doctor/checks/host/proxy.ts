import type { Socket } from 'node:net';
import { openTunnel } from '../../../../backends/vsphere/http/proxy-tunnel.js';
import type { ProxyFailure } from '../../../../backends/vsphere/http/http-failure.js';
import { check, green, trouble } from '../../check.js';
import { plainHost } from '../../probe/resolve-name.js';
import { addressCheck } from './address.js';
import { settingsCheck } from './settings.js';

export const proxyCheck = check({
  id: 'host.proxy',
  title: 'Proxy',
  looksAt: 'Whether connections go through a proxy, and whether that opens a way to the host.',
  needs: { url: addressCheck, settings: settingsCheck },
  problems: {
    refused: {
      status: 'red',
      cause: '{reason}.',
      next: 'Check options.proxy in the configuration, or HTTPS_PROXY and NO_PROXY in the environment, the user and password there, and whether the proxy lets this host through.',
    },
  },
  run: async ({ url, settings }, { timeoutMs, signal }) => {
    const proxy = settings.proxy.proxyFor(url);
    if (proxy === undefined) return green('none: connections are direct', undefined, { facts: { proxy: null } });
    const target = { hostname: plainHost(url), port: url.port, protocol: url.protocol };
    const outcome = await new Promise<Socket | ProxyFailure>((resolve) => {
      openTunnel(proxy, target, timeoutMs, (opened) => {
        // Too late for the report: nobody would close it.
        if (signal.aborted && !(opened instanceof Error)) opened.destroy();
        resolve(opened);
      });
    });
    const facts = { proxy: proxy.url.origin };
    if (outcome instanceof Error) return trouble('refused', { facts: { ...facts, reason: outcome.message } });
    outcome.destroy();
    return green(`${proxy.url.origin} opens a way`, undefined, { facts });
  },
});
