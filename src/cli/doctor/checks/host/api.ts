import { Dispatchers } from '../../../../backends/vsphere/http/dispatchers.js';
import { HttpFailure } from '../../../../backends/vsphere/http/http-failure.js';
import { SoapChannel } from '../../../../backends/vsphere/session/soap-channel.js';
import { check, green, trouble } from '../../check.js';
import { addressCheck } from './address.js';
import { settingsCheck } from './settings.js';
import { trustCheck } from './trust.js';

/** Oldest release that Revix is made for. */
const oldestRelease = 6;

const serviceInstance = { type: 'ServiceInstance', value: 'ServiceInstance' } as const;

/** How exchanges fail, in the words of the problems below. */
function problemOf({ kind, status }: HttpFailure): 'not-vsphere' | 'starting' | 'barred' | 'broke' {
  if (kind === 'unavailable') return 'starting';
  if (kind === 'refused') return 'barred';
  return kind === 'bad-answer' || status === 404 ? 'not-vsphere' : 'broke';
}

export const apiCheck = check({
  id: 'host.api',
  title: 'API',
  looksAt:
    'Whether vCenter or ESXi answers at the URL, its version and build, and the version of the API that is spoken.',
  needs: { url: addressCheck, settings: settingsCheck, trust: trustCheck },
  problems: {
    'not-vsphere': {
      status: 'red',
      cause: 'Something answers, but it is no API of vSphere: {reason}.',
      next: 'Check host, port and path: the path is /sdk unless somebody has moved it.',
    },
    starting: {
      status: 'red',
      cause: 'The service is not ready: {reason}.',
      next: 'vCenter takes minutes to start. If it stays so, restart the services vpxd and vmware-vpxd-svcs, or look into their logs.',
    },
    barred: {
      status: 'red',
      cause: 'Something before the host refuses the request: {reason}.',
      next: 'A proxy or firewall wants a login or forbids the path: name it in options.proxy, or have it let /sdk through.',
    },
    broke: {
      status: 'red',
      cause: 'The connection broke while the host was asked: {reason}.',
      next: 'Try again. If it goes on, something between here and there cuts connections, or the service crashes.',
    },
    old: {
      status: 'yellow',
      cause: '{product} is older than {oldest}.0, for which Revix is made.',
      next: 'Most of it may work. Update the host where you can.',
    },
  },
  run: async ({ url, settings }, { clock, signal, said, timeoutMs }) => {
    const dispatchers = new Dispatchers(settings.proxy);
    try {
      const channel = new SoapChannel(dispatchers.peer(url, settings.tls), url.pathname, clock);
      const call = { signal, timeoutMs };
      await channel.negotiate(call);
      const content = await channel.call(serviceInstance, 'RetrieveServiceContent', {}, call);
      const { fullName: product, version, build, apiVersion, apiType } = content.about;
      const spoken = channel.version ?? apiVersion;
      const facts = { product, version, build, apiVersion, apiType, spoken, oldest: oldestRelease };
      const isOld = Number.parseInt(version, 10) < oldestRelease;
      if (isOld) return trouble('old', { value: content, facts });
      return green(`${product}, API ${apiVersion}; speaking ${spoken}`, content, { facts });
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      return trouble(problemOf(error), { facts: { reason: said(error) } });
    } finally {
      await dispatchers.close();
    }
  },
});
