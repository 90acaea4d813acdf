import type { PropertiesAt } from '../../../../backends/vsphere/client/property-at.js';
import type { VsphereMachine } from '../../../../backends/vsphere/client/vsphere-machine.js';
import { parseLocation } from '../../../../backends/vsphere/inventory/location.js';
import { allMachines } from '../../../../backends/vsphere/inventory/machine-list.js';
import { Fault } from '../../../../base/fault.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { backendCheck } from '../host/backend.js';
import { type LoggedIn, loginCheck } from '../host/login.js';

/** What the checks of a machine look at; read once. */
const paths = [
  'name',
  'summary.config.vmPathName',
  'runtime.connectionState',
  'runtime.powerState',
  'runtime.question',
  'guest.guestFamily',
  'guest.toolsVersionStatus2',
  'guest.toolsRunningStatus',
  'guest.toolsVersion',
  'guest.toolsInstallType',
  'guest.guestOperationsReady',
  'guest.interactiveGuestOperationsReady',
  'guest.guestStateChangeSupported',
] as const;

/** A machine, and how it was when it was found. */
export interface FoundVm {
  readonly machine: VsphereMachine;
  readonly values: PropertiesAt<'VirtualMachine', (typeof paths)[number]>;
}

const mostSimilar = 5;

/** Machines that may have been meant: the same but for case, datastore or folder. */
async function similarTo(location: string, { connection }: LoggedIn, signal: AbortSignal): Promise<readonly string[]> {
  const parsed = parseLocation(location);
  if (parsed === null || parsed.kind === 'uuid') return [];
  const wanted = parsed.path.toLowerCase();
  const lastPart = wanted.split('/').at(-1) ?? wanted;
  const near: string[] = [];
  const far: string[] = [];
  for await (const { path, name } of allMachines(connection, connection.content.rootFolder, { signal })) {
    const there = path.replace(/^\[[^\]]*\] */, '').toLowerCase();
    if (there === wanted) near.push(path);
    else if (there.split('/').at(-1) === lastPart || name.toLowerCase() === lastPart) far.push(path);
  }
  return [...near, ...far].slice(0, mostSimilar);
}

export const foundCheck = check({
  id: 'vm.found',
  title: 'Found',
  looksAt:
    'Whether the path, UUID or inventory path leads to one machine; and what may have been meant where it does not.',
  needs: { login: loginCheck, choice: backendCheck },
  problems: {
    'not-found': {
      status: 'red',
      cause: '{reason}',
      next: 'Check path, case and datastore. A machine that was moved has another path; one that is not registered has none.',
    },
    'similar-found': {
      status: 'red',
      cause: '{reason}',
      next: 'Ask for one of the machines below, which are alike: case counts, and so does the datastore.',
    },
    ambiguous: {
      status: 'red',
      cause: '{reason}',
      next: 'Put the datacentre before the datastore: [datacentre/datastore] folder/name.vmx.',
    },
  },
  run: async ({ login, choice }, { request: { vm }, signal, said }) => {
    if (vm === null) return passedOver('no machine was asked for');
    const location = choice.paths.toHost(vm);
    try {
      const machine = await login.client.findMachine(location, { signal });
      const values = await login.client.properties(machine.ref, paths, { signal });
      const path = values['summary.config.vmPathName'] ?? '';
      const value: FoundVm = { machine, values };
      return green(`"${values.name ?? location}" at ${path}`, value, {
        facts: { location, path, name: values.name ?? null, id: machine.ref.value },
      });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const facts = { location, reason: said(error) };
      if (error.kind === 'vm-ambiguous') return trouble('ambiguous', { facts });
      if (error.kind !== 'vm-not-found') throw error;
      const similar = await similarTo(location, login, signal);
      if (similar.length === 0) return trouble('not-found', { facts });
      return trouble('similar-found', { facts: { ...facts, similar }, details: similar });
    }
  },
});
