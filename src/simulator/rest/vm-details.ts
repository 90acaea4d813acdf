import { hardwareVersionName, isEntryTrue } from '../vm/vm-config.js';
import { cdrom, firstNic, hasCdrom, scsiController } from '../vm/vm-devices.js';
import { vmDisks } from '../vm/vm-disks.js';
import type { VmView } from '../vm/vm-view.js';
import { guestOsCode } from './guest-os-code.js';
import { restPowerState } from './power-resource.js';
import { RestMap } from './rest-route.js';

/** All that the API tells of one machine: what it is and what it is made of. */
export function vmDetails(view: VmView): object {
  const { record } = view;
  const { config, cpuCount, memoryMb } = record;
  return {
    name: record.name,
    guest_OS: guestOsCode(record.guestOs),
    identity: { name: record.name, bios_uuid: record.uuid, instance_uuid: record.instanceUuid },
    power_state: restPowerState(record.power.phase),
    instant_clone_frozen: false,
    hardware: {
      version: hardwareVersionName(record).replace('vmx-', 'VMX_'),
      upgrade_policy: 'NEVER',
      upgrade_status: 'NONE',
    },
    boot: { type: 'BIOS', delay: 0, retry: false, retry_delay: 10_000, enter_setup_mode: false },
    boot_devices: [],
    cpu: {
      count: cpuCount,
      cores_per_socket: 1,
      hot_add_enabled: isEntryTrue(config, 'vcpu.hotadd'),
      hot_remove_enabled: false,
    },
    memory: { size_MiB: memoryMb, hot_add_enabled: isEntryTrue(config, 'mem.hotadd') },
    scsi_adapters: new RestMap({
      [scsiController]: { label: 'SCSI controller 0', type: 'PVSCSI', scsi: { bus: 0, unit: 7 }, sharing: 'NONE' },
    }),
    disks: new RestMap(Object.fromEntries(vmDisks(view).map((disk) => [disk.key, diskOf(disk)]))),
    nics: new RestMap(Object.fromEntries(record.guest.nics.map((_, at) => [firstNic + at, nicOf(view, at)]))),
    cdroms: new RestMap(hasCdrom(view.record) ? { [cdrom]: cdromOf(view) } : {}),
    sata_adapters: new RestMap({}),
    nvme_adapters: new RestMap({}),
    floppies: new RestMap({}),
    parallel_ports: new RestMap({}),
    serial_ports: new RestMap({}),
  };
}

function diskOf({ unitNumber, path, capacityBytes }: ReturnType<typeof vmDisks>[number]): object {
  return {
    label: `Hard disk ${unitNumber + 1}`,
    type: 'SCSI',
    scsi: { bus: 0, unit: unitNumber },
    backing: { type: 'VMDK_FILE', vmdk_file: path },
    capacity: capacityBytes,
  };
}

function nicOf({ endpoint, datacenter, record }: VmView, at: number): object {
  const { network = '', mac, isConnected = false } = record.guest.nics[at] ?? {};
  return {
    label: `Network adapter ${at + 1}`,
    type: 'VMXNET3',
    upt_compatibility_enabled: false,
    mac_type: 'ASSIGNED',
    mac_address: mac,
    wake_on_lan_enabled: true,
    backing: {
      type: 'STANDARD_PORTGROUP',
      network: endpoint.inventory.network(datacenter, network).ref.value,
      network_name: network,
    },
    state: isConnected && record.power.phase === 'on' ? 'CONNECTED' : 'NOT_CONNECTED',
    start_connected: isConnected,
    allow_guest_control: true,
  };
}

function cdromOf({ record }: VmView): object {
  const isMounted = record.tools.isInstallerMounted;
  return {
    label: 'CD/DVD drive 1',
    type: 'IDE',
    ide: { primary: true, master: true },
    backing: isMounted
      ? { type: 'ISO_FILE', iso_file: '[] /usr/lib/vmware/isoimages/tools.iso' }
      : { type: 'CLIENT_DEVICE', device_access_type: 'PASSTHRU' },
    state: isMounted && record.power.phase === 'on' ? 'CONNECTED' : 'NOT_CONNECTED',
    start_connected: false,
    allow_guest_control: true,
  };
}
