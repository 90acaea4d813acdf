import { withoutUserInfo } from '../../../../base/secret.js';
import type { BackendChoice } from '../../../../backends/registry.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { chooseBackend, programTarget, reasonFor } from '../../choose-backend.js';
import { configurationCheck } from '../here/configuration.js';

export const backendCheck = check({
  id: 'host.backend',
  title: 'Backend',
  looksAt: 'Which backend answers for what is asked for, and why; what the configuration puts in place of it.',
  needs: { configuration: configurationCheck },
  problems: {
    none: {
      status: 'red',
      cause: 'No backend answers for the provider {provider} on {host}: {reason}.',
      next: 'Map the provider to a backend in revix.config.json (docs/configuration.md), or give the host as a URL.',
    },
    'no-choice': {
      status: 'red',
      cause: 'The configuration does not lead to a backend: {reason}.',
      next: 'Correct the entry of the provider {provider} in the configuration.',
    },
  },
  run: ({ configuration }, { request, backends, said }) => {
    const { provider, hostName } = request;
    if (provider === null) return passedOver('no host was asked for');
    const target = programTarget(provider, hostName, request);
    const isMapped = configuration.config.providers?.[provider] !== undefined;
    const reason = reasonFor(target, configuration, backends);
    const host = hostName === null ? 'this machine' : withoutUserInfo(hostName);
    let choice: BackendChoice;
    try {
      choice = chooseBackend(target, configuration, backends);
    } catch (error) {
      if (!isMapped) return trouble('none', { facts: { provider, host, reason } });
      return trouble('no-choice', { facts: { provider, reason: said(error).replace(/\.$/, '') } });
    }
    const { module, target: used } = choice;
    const replaced = [
      ...(used.hostName === hostName ? [] : [`host ${withoutUserInfo(used.hostName ?? '')} by the configuration`]),
      ...(used.userName === request.userName ? [] : [`user ${used.userName ?? ''} by the configuration`]),
    ];
    const found = [`${module.name} answers for ${provider}: ${reason}`, ...replaced].join('; ');
    return green(found, choice, { facts: { provider, backend: module.name, reason } });
  },
});
