import type { InventorySnapshot, InventoryVm } from '../../world/inventory/inventory-schema.js';
import type { VmxDocument } from '../../world/store/vmx-file.js';
import { parseUuid } from '../../world/store/vmx-record.js';
import { convertSnapshots } from './convert-snapshots.js';

/** What lies beside a `.vmx` file. */
export interface SideFiles {
  /** The name of the file without its extension. */
  readonly title: string;
  /** Whether a file of this name is there. */
  has(name: string): boolean;
  /** Whether VMware has the machine open. */
  readonly isInUse: boolean;
  /** The snapshot dictionary. @throws Fault that names the file and the line. */
  snapshots(): VmxDocument | undefined;
}

/** A machine of an inventory, and what of its files it does not hold. */
export interface ConvertedVm {
  readonly vm: InventoryVm;
  readonly warnings: readonly string[];
}

type Nic = NonNullable<NonNullable<InventoryVm['guest']>['nics']>[number];

/** Entries that have a place of their own in an inventory, or none. */
const ownPlaces: ReadonlySet<string> = new Set(
  [
    '.encoding',
    'config.version',
    'virtualHW.version',
    'displayName',
    'annotation',
    'guestOS',
    'memsize',
    'numvcpus',
    'uuid.bios',
    'vc.uuid',
    'templateVM',
    'checkpoint.vmState',
    'sharedFolder.maxNum',
    'vmware.tools.internalversion',
  ].map((key) => key.toLowerCase()),
);
const sharedFolderEntry = /^sharedfolder\d+\./i;
/** Entries that hold passwords and keys, which are written to no other file. */
const secretEntry = /password|\.vnc\.key|keysafe|^encryption\.|^datafilekey$/i;
const macForm = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/**
 * Makes a machine of an inventory from the files of a real one.
 * @param location of the machine in the inventory.
 */
export function convertVm(vmx: VmxDocument, location: string, files: SideFiles): ConvertedVm {
  const warnings: string[] = [];
  const number = (key: string, least: number): number | undefined => {
    const value = vmx.get(key);
    if (value === undefined) return undefined;
    if (/^\s*\d{1,9}\s*$/.test(value) && Number(value) >= least) return Number(value);
    warnings.push(`${key} is '${value}', not a whole number from ${least} up; left out`);
    return undefined;
  };
  const uuid = (key: string): string | undefined => {
    const value = vmx.get(key) ?? '';
    const parsed = parseUuid(value);
    if (parsed === undefined && value !== '')
      warnings.push(`${key} is '${value}', not 16 bytes in hexadecimal; left out`);
    return parsed;
  };
  if (files.isInUse) warnings.push('VMware has it open; what its files say may be old');
  const secrets = vmx.entries().filter(([key]) => secretEntry.test(key));
  if (secrets.length > 0) {
    const names = secrets.map(([key]) => key).join(', ');
    warnings.push(`secrets are left out: ${names}`);
  }
  if (vmx.get('encryption.data') !== undefined) {
    warnings.push('it is encrypted: what is inside is lost, and encryptionPassword must be added by hand');
  }
  const vm: InventoryVm = {
    name: vmx.get('displayName') || files.title,
    location,
    ...defined({
      uuid: uuid('uuid.bios'),
      instanceUuid: uuid('vc.uuid'),
      annotation: vmx.get('annotation'),
      guestOs: vmx.get('guestOS') || undefined,
      cpuCount: number('numvcpus', 1),
      memoryMb: number('memsize', 4),
      hardwareVersion: number('virtualHW.version', 3),
      power: isSuspended(vmx, files, warnings) ? ('suspended' as const) : undefined,
      isTemplate: isTrue(vmx.get('templateVM')) ? true : undefined,
      tools: toolsOf(vmx),
      config: filled(configOf(vmx)),
      sharedFolders: nonEmpty(sharedFoldersOf(vmx, warnings)),
      snapshots: nonEmpty(snapshotsOf(files, warnings)),
    }),
    ...nicsOf(vmx),
  };
  return { vm, warnings };
}

/** The properties that have a value. */
function defined<Properties extends object>(
  properties: Properties,
): { [Name in keyof Properties]?: Exclude<Properties[Name], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Properties]?: Exclude<Properties[Name], undefined>;
  };
}

function nonEmpty<Item>(items: readonly Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : [...items];
}

function filled<Entries extends object>(entries: Entries): Entries | undefined {
  return Object.keys(entries).length === 0 ? undefined : entries;
}

function isTrue(value: string | undefined): boolean {
  return /^\s*(?:true|1|yes|on)\s*$/i.test(value ?? '');
}

/** VMware names the file with the state while the machine is suspended. */
function isSuspended(vmx: VmxDocument, files: SideFiles, warnings: string[]): boolean {
  const named = vmx.get('checkpoint.vmState') ?? '';
  const state = named === '' ? `${files.title}.vmss` : named;
  if (files.has(state)) return true;
  if (named !== '') warnings.push(`it is suspended to ${named}, which is not there; it becomes off`);
  return false;
}

/** What VMware noted of the Tools that ran last; undefined where it noted nothing. */
function toolsOf(vmx: VmxDocument): InventoryVm['tools'] {
  const version = vmx.get('vmware.tools.internalversion');
  if (version === undefined || !/^\d{1,9}$/.test(version)) return undefined;
  return Number(version) === 0 ? false : { version: Number(version) };
}

function configOf(vmx: VmxDocument): Record<string, string> {
  const isCarried = (key: string): boolean =>
    !ownPlaces.has(key.toLowerCase()) && !sharedFolderEntry.test(key) && !secretEntry.test(key);
  return Object.fromEntries(vmx.entries().filter(([key]) => isCarried(key)));
}

function sharedFoldersOf(vmx: VmxDocument, warnings: string[]): NonNullable<InventoryVm['sharedFolders']> {
  return indexesOf(vmx, /^sharedfolder(\d+)\./i).flatMap((index) => {
    const entry = (key: string): string | undefined => vmx.get(`sharedFolder${index}.${key}`);
    if (!isTrue(entry('present') ?? 'TRUE')) return [];
    const name = entry('guestName') ?? '';
    const hostPath = entry('hostPath') ?? '';
    if (name === '' || hostPath === '' || !isTrue(entry('enabled') ?? 'TRUE')) {
      warnings.push(`sharedFolder${index} is switched off or lacks its name or path; left out`);
      return [];
    }
    return [{ name, hostPath, isWritable: isTrue(entry('writeAccess')) }];
  });
}

/** Hardware addresses; a machine without network cards in its file gets the usual one. */
function nicsOf(vmx: VmxDocument): Pick<InventoryVm, 'guest'> {
  const nics = indexesOf(vmx, /^ethernet(\d+)\./i).flatMap((index): Nic[] => {
    const entry = (key: string): string => vmx.get(`ethernet${index}.${key}`) ?? '';
    if (!isTrue(entry('present'))) return [];
    const mac = [entry('address'), entry('generatedAddress')].find((text) => macForm.test(text));
    const network = entry('networkName') || entry('vnet');
    const isOff = /^\s*false\s*$/i.test(entry('startConnected'));
    return [
      {
        ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
        ...(network === '' ? {} : { network }),
        ...(isOff ? { isConnected: false } : {}),
      },
    ];
  });
  return nics.length === 0 ? {} : { guest: { nics } };
}

/** The numbers in keys of a form, from the lowest. */
function indexesOf(vmx: VmxDocument, form: RegExp): readonly number[] {
  const found = vmx.entries().flatMap(([key]) => form.exec(key)?.[1] ?? []);
  return [...new Set(found.map(Number))].toSorted((one, other) => one - other);
}

/** A dictionary that cannot be read costs the snapshots only. */
function snapshotsOf(files: SideFiles, warnings: string[]): readonly InventorySnapshot[] {
  try {
    const dictionary = files.snapshots();
    return dictionary === undefined ? [] : convertSnapshots(dictionary, warnings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    warnings.push(`its snapshots are left out: ${reason}`);
    return [];
  }
}
