import type {
  Description,
  VirtualDevice,
  VirtualDisk,
  VirtualPointingDeviceDeviceBackingInfo,
} from '../../backends/vsphere/vim/generated/types.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import { placeOfLocation } from '../inventory/datastore-path.js';
import { vmDisks, type VmDisk } from './vm-disks.js';
import { powerState, type VmView } from './vm-view.js';

const keys = { ide: 200, ps2: 300, pci: 100, sio: 400, video: 500, keyboard: 600, mouse: 700, scsi: 1000 } as const;
/** Key of the one CD drive. */
export const cdrom = 3000;
/** Key of the first network card; those of the others follow. */
export const firstNic = 4000;
/** Key of the one controller that takes disks. */
export const scsiController = keys.scsi;

/** The virtual hardware as VirtualDevice objects. */
export function vmDevices(view: VmView): readonly VirtualDevice[] {
  const { record } = view;
  const disks = vmDisks(view);
  const { nics } = record.guest;
  return [
    controller('VirtualIDEController', keys.ide, 'IDE 0', 0, hasCdrom(record) ? [cdrom] : []),
    controller('VirtualPS2Controller', keys.ps2, 'PS2 controller 0', 0, [keys.keyboard, keys.mouse]),
    controller('VirtualPCIController', keys.pci, 'PCI controller 0', 0, [
      keys.video,
      keys.scsi,
      ...nics.map((_, at) => firstNic + at),
    ]),
    controller('VirtualSIOController', keys.sio, 'SIO controller 0', 0, []),
    input('VirtualKeyboard', keys.keyboard, 'Keyboard', 0),
    { ...input('VirtualPointingDevice', keys.mouse, 'Pointing device', 1), backing: pointingBacking },
    {
      $type: 'VirtualMachineVideoCard',
      key: keys.video,
      deviceInfo: description('Video card', 'Video card'),
      controllerKey: keys.pci,
      unitNumber: 0,
      videoRamSizeInKB: 4096,
      numDisplays: 1,
    },
    {
      ...controller(
        'ParaVirtualSCSIController',
        keys.scsi,
        'SCSI controller 0',
        0,
        disks.map(({ key }) => key),
      ),
      deviceInfo: description('SCSI controller 0', 'VMware paravirtual SCSI'),
      controllerKey: keys.pci,
      unitNumber: 3,
      sharedBus: 'noSharing' as const,
      hotAddRemove: true,
      scsiCtlrUnitNumber: 7,
    },
    ...(hasCdrom(record) ? [cdromDevice(view)] : []),
    ...disks.map((disk) => diskDevice(view, disk)),
    ...nics.map((nic, at): VirtualDevice => {
      const network = view.endpoint.inventory.network(view.datacenter, nic.network);
      return {
        $type: 'VirtualVmxnet3',
        key: firstNic + at,
        deviceInfo: description(`Network adapter ${at + 1}`, nic.network),
        backing: {
          $type: 'VirtualEthernetCardNetworkBackingInfo',
          deviceName: nic.network,
          useAutoDetect: false,
          network: network.ref,
        },
        connectable: connectable(view, nic.isConnected),
        controllerKey: keys.pci,
        unitNumber: 7 + at,
        addressType: 'assigned',
        macAddress: nic.mac,
        wakeOnLanEnabled: true,
      };
    }),
  ];
}

const pointingBacking: VirtualPointingDeviceDeviceBackingInfo = {
  $type: 'VirtualPointingDeviceDeviceBackingInfo',
  deviceName: '',
  useAutoDetect: false,
  hostPointingDevice: 'autodetect',
};

function description(label: string, summary: string): Description {
  return { $type: 'Description', label, summary };
}

function controller<const Type extends string>(
  type: Type,
  key: number,
  label: string,
  busNumber: number,
  device: readonly number[],
) {
  return { $type: type, key, deviceInfo: description(label, label), busNumber, device };
}

function input<const Type extends string>(type: Type, key: number, label: string, unitNumber: number) {
  return { $type: type, key, deviceInfo: description(label, label), controllerKey: keys.ps2, unitNumber };
}

function connectable(view: VmView, isConnected: boolean) {
  return {
    startConnected: isConnected,
    allowGuestControl: true,
    connected: isConnected && powerState(view.record) === 'poweredOn',
    status: 'untried',
  };
}

/** Whether a machine has its CD drive. */
export function hasCdrom({ tools }: Pick<VmRecord, 'tools'>): boolean {
  return tools.drive !== 'missing';
}

function cdromDevice(view: VmView): VirtualDevice {
  const isMounted = view.record.tools.isInstallerMounted;
  return {
    $type: 'VirtualCdrom',
    key: cdrom,
    deviceInfo: description('CD/DVD drive 1', isMounted ? 'VMware Tools' : 'Remote device'),
    backing: isMounted
      ? { $type: 'VirtualCdromIsoBackingInfo', fileName: '[] /usr/lib/vmware/isoimages/tools.iso' }
      : { $type: 'VirtualCdromRemotePassthroughBackingInfo', deviceName: '', useAutoDetect: false, exclusive: false },
    connectable: { ...connectable(view, isMounted), startConnected: false },
    controllerKey: keys.ide,
    unitNumber: 0,
  };
}

function diskDevice(view: VmView, disk: VmDisk): VirtualDisk {
  const { key, unitNumber, path, capacityBytes, diskType, uuid } = disk;
  const capacityInKB = Math.ceil(capacityBytes / 1024);
  return {
    $type: 'VirtualDisk',
    key,
    deviceInfo: description(`Hard disk ${unitNumber + 1}`, `${capacityInKB.toLocaleString('en-US')} KB`),
    backing: {
      $type: 'VirtualDiskFlatVer2BackingInfo',
      fileName: path,
      datastore: view.datacenter.datastores.get(placeOfLocation(path).datastore)?.ref,
      diskMode: 'persistent',
      thinProvisioned: diskType === 'thin',
      eagerlyScrub: diskType === 'eagerZeroedThick',
      uuid,
    },
    controllerKey: keys.scsi,
    unitNumber,
    capacityInKB,
    capacityInBytes: capacityBytes,
  };
}
