import type { VmLink, VmProperties } from '../../../../backends/backend.js';
import { Fault } from '../../../../base/fault.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { backendCheck } from '../host/backend.js';
import { mockConnectionCheck } from './connection.js';

/** A machine of the mock host, and how it was when it was opened. */
export interface OpenedVm {
  readonly vm: VmLink;
  readonly properties: VmProperties;
}

export const mockVmCheck = check({
  id: 'mock.vm',
  title: 'Found',
  looksAt: 'Whether the path leads to one machine of the mock host, and whether it can be opened.',
  needs: { link: mockConnectionCheck, choice: backendCheck },
  problems: {
    'not-found': {
      status: 'red',
      cause: '{said}',
      next: 'Check path and case. `vmrun list` and `vmrun listRegisteredVM` show what there is.',
    },
    ambiguous: {
      status: 'red',
      cause: '{said}',
      next: 'Put the datacentre before the datastore: [datacentre/datastore] folder/name.vmx.',
    },
    encrypted: {
      status: 'red',
      cause: '{said}',
      next: 'Give the password of the machine with -vp.',
    },
    damaged: {
      status: 'red',
      cause: '{said}',
      next: 'The cause names the file: mend it, or bring it back from a copy. Revix writes over nothing that it cannot read.',
    },
  },
  run: async ({ link, choice: { paths } }, { request, clock, signal, said }) => {
    if (request.vm === null) return passedOver('no machine was asked for');
    const location = paths.toHost(request.vm);
    const call = { clock, signal, progress: () => undefined };
    try {
      const vm = await link.openVm(location, request.vmPassword, call);
      const properties = await vm.properties(call);
      const value: OpenedVm = { vm, properties };
      return green(`"${properties.name}" at ${properties.location}`, value, {
        facts: { location: properties.location, name: properties.name },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      const facts = { said: said(error) };
      if (error.kind === 'vm-ambiguous') return trouble('ambiguous', { facts });
      if (error.kind === 'vm-needs-key' || error.kind === 'vm-wrong-key') return trouble('encrypted', { facts });
      return trouble(error.kind === 'vm-not-found' ? 'not-found' : 'damaged', { facts });
    }
  },
});
