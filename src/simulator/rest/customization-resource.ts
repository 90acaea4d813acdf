import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import { Fields } from '../fields.js';
import { customizationOf } from '../guest/customization-spec.js';
import { guestPrivileges } from '../guest/guest-call.js';
import { exportedSpec, importedSpec } from './customization-text.js';
import { machineOf } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { created, noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

const ofMachine = '/vcenter/vm/{vm}/guest/customization';
const specs = '/vcenter/guest/customization-specs';

const privileges = {
  read: 'VirtualMachine.Provisioning.ReadCustSpecs',
  modify: 'VirtualMachine.Provisioning.ModifyCustSpecs',
} as const;

/** A specification that is kept under a name. */
interface StoredSpec {
  readonly description: string;
  readonly spec: Fields;
  readonly modifiedMs: number;
}

/** Customization of guests at their next boot, and specifications for it that are kept by name. */
export function customizationRoutes(): readonly RestRoute[] {
  const stored = new Map<string, StoredSpec>();
  const find = (name: string): StoredSpec => {
    const found = stored.get(name);
    if (found === undefined) throw new RestProblem('NOT_FOUND', `There is no customization specification '${name}'.`);
    return found;
  };
  const keep = (name: string, description: string, spec: Fields, call: RestCall): void => {
    stored.set(name, { description, spec, modifiedMs: call.endpoint.clock.now() });
  };
  return [
    {
      method: 'PUT',
      path: ofMachine,
      isLegacyToo: true,
      run: async (call) => {
        const { vm, world } = await machineOf(call, guestPrivileges.customize);
        const name = call.body.optionalText('name');
        const inline = call.body.optionalObject('spec');
        if (name !== undefined && inline !== undefined) {
          throw new RestProblem('INVALID_ARGUMENT', 'Give the name of a specification, or a specification, not both.');
        }
        const spec = name === undefined ? inline : find(name).spec;
        const { power, name: machine } = await vm.record();
        if (power.phase !== 'off') {
          throw new RestProblem('NOT_ALLOWED_IN_CURRENT_STATE', `'${machine}' is not powered off.`);
        }
        await vm.customization.plan(spec === undefined ? null : await planOf(spec, vm), world);
        return noContent;
      },
    },
    {
      method: 'GET',
      path: ofMachine,
      run: async (call) => {
        const { vm, world } = await machineOf(call, 'System.View');
        const { state, error, startTime, endTime } = await vm.customization.status(world);
        return ok({
          status: state.toUpperCase(),
          ...(error === null ? {} : { error: { id: 'com.vmware.customization', default_message: error, args: [] } }),
          ...(startTime === null ? {} : { start_time: startTime }),
          ...(endTime === null ? {} : { end_time: endTime }),
        });
      },
    },
    {
      method: 'GET',
      path: specs,
      run: async (call) => {
        allow(call, privileges.read);
        return ok(
          [...stored].map(([name, { description, spec, modifiedMs }]) => ({
            name,
            description,
            OS_type: spec.object('configuration_spec').has('windows_config') ? 'WINDOWS' : 'LINUX',
            last_modified: new Date(modifiedMs),
          })),
        );
      },
    },
    {
      method: 'POST',
      path: specs,
      run: async (call) => {
        allow(call, privileges.modify);
        const name = call.body.text('name');
        if (name.trim() === '') throw call.body.invalid('name', 'it is empty');
        if (stored.has(name)) {
          throw new RestProblem('ALREADY_EXISTS', `There is a customization specification '${name}' already.`);
        }
        keep(name, call.body.text('description'), checked(call.body.object('spec')), call);
        return created(name);
      },
    },
    {
      method: 'POST',
      path: specs,
      action: 'import',
      run: async (call) => {
        allow(call, privileges.modify);
        const { name, description, spec } = importedSpec(call.body);
        return ok({ name, description, spec: checked(spec).json });
      },
    },
    {
      method: 'POST',
      path: `${specs}/{name}`,
      action: 'export',
      run: async (call) => {
        allow(call, privileges.read);
        const name = call.param('name');
        return ok(exportedSpec({ name, ...find(name) }, call.body));
      },
    },
    {
      method: 'GET',
      path: `${specs}/{name}`,
      run: async (call) => {
        allow(call, privileges.read);
        return ok({ spec: find(call.param('name')).spec.json });
      },
    },
    {
      method: 'PUT',
      path: `${specs}/{name}`,
      run: async (call) => {
        allow(call, privileges.modify);
        const { description } = find(call.param('name'));
        keep(call.param('name'), description, checked(call.body.object('spec')), call);
        return noContent;
      },
    },
    {
      method: 'DELETE',
      path: `${specs}/{name}`,
      run: async (call) => {
        allow(call, privileges.modify);
        find(call.param('name'));
        stored.delete(call.param('name'));
        return noContent;
      },
    },
  ];
}

function allow({ session }: RestCall, privilege: string): void {
  session.requirePrivilege(privilege, { type: 'CustomizationSpecManager', value: 'CustomizationSpecManager' });
}

/** @throws VimFault `InvalidArgument` for a specification that says nothing of the guest. */
function checked(spec: Fields): Fields {
  identityOf(spec);
  return spec;
}

async function planOf(spec: Fields, vm: VirtualMachine): Promise<ReturnType<typeof customizationOf>> {
  const dns = spec.optionalObject('global_DNS_settings');
  const wire = {
    identity: identityOf(spec),
    globalIPSettings: { dnsServerList: dns?.texts('dns_servers') ?? [] },
    nicSettingMap: spec.objects('interfaces').map((mapping) => ({
      macAddress: mapping.optionalText('mac_address'),
      adapter: adapterOf(mapping.object('adapter')),
    })),
  };
  return customizationOf(new Fields(wire, 'spec'), await vm.record());
}

/** Who the guest is to be, in the terms of the other API. */
function identityOf(spec: Fields): object {
  const configuration = spec.object('configuration_spec');
  const linux = configuration.optionalObject('linux_config');
  if (linux !== undefined) {
    return {
      $type: 'CustomizationLinuxPrep',
      hostName: nameOf(linux.object('hostname')),
      domain: linux.optionalText('domain') ?? '',
    };
  }
  const cloud = configuration.optionalObject('cloud_config')?.optionalObject('cloudinit');
  if (cloud !== undefined) return { $type: 'CustomizationCloudinitPrep', metadata: cloud.text('metadata') };
  const windows = configuration.optionalObject('windows_config');
  if (windows === undefined) throw configuration.invalid('linux_config', 'there is none for any system');
  const sysprep = windows.optionalObject('sysprep');
  if (sysprep === undefined) return { $type: 'CustomizationSysprepText', value: windows.text('sysprep_xml') };
  return {
    $type: 'CustomizationSysprep',
    userData: { computerName: nameOf(sysprep.object('user_data').object('computer_name')) },
    identification: { joinDomain: sysprep.optionalObject('domain')?.optionalText('domain') },
  };
}

const nameTypes: Readonly<Record<string, string>> = {
  FIXED: 'CustomizationFixedName',
  PREFIX: 'CustomizationPrefixName',
  VIRTUAL_MACHINE: 'CustomizationVirtualMachineName',
};

function nameOf(generator: Fields): object {
  return {
    $type: nameTypes[generator.text('type')] ?? 'CustomizationUnknownName',
    name: generator.optionalText('fixed_name'),
    base: generator.optionalText('prefix'),
  };
}

function adapterOf(adapter: Fields): object {
  const ipv4 = adapter.optionalObject('ipv4');
  const type = ipv4?.text('type') ?? 'DHCP';
  if (type === 'DHCP') return { ip: { $type: 'CustomizationDhcpIpGenerator' } };
  if (type !== 'STATIC') return { ip: { $type: 'CustomizationUnknownIpGenerator' } };
  const prefix = ipv4?.optionalWhole('prefix');
  const address = ipv4?.text('ip_address') ?? '';
  return {
    ip: { $type: 'CustomizationFixedIp', ipAddress: prefix === undefined ? address : `${address}/${prefix}` },
    gateway: ipv4?.texts('gateways') ?? [],
  };
}
