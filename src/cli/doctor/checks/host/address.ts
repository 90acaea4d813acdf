import { sdkUrl } from '../../../../backends/vsphere/endpoint.js';
import { withoutUserInfo } from '../../../../base/secret.js';
import { check, green, trouble } from '../../check.js';
import { backendCheck } from './backend.js';

export const addressCheck = check({
  id: 'host.address',
  title: 'Address',
  looksAt: 'The URL of the API that Revix makes of the name of the host.',
  needs: { choice: backendCheck },
  problems: {
    invalid: {
      status: 'red',
      cause: '{reason}',
      next: 'Give a name, a name with a port, or a URL like https://vcenter.example/sdk.',
    },
  },
  run: ({ choice: { target } }, { said }) => {
    try {
      const url = sdkUrl(target.hostName);
      return green(withoutUserInfo(url.href), url, { facts: { url: url.href } });
    } catch (error) {
      return trouble('invalid', { facts: { reason: said(error) } });
    }
  },
});
