import { Fault } from '../base/fault.js';

/** Where a virtual machine's configuration file lies, in pieces. */
export type ParsedLocation =
  | { readonly kind: 'local'; readonly path: string }
  | {
      readonly kind: 'datastore';
      readonly datacenter: string | null;
      readonly datastore: string;
      readonly path: string;
    }
  | { readonly kind: 'uuid'; readonly uuid: string };

const datastoreForm = /^\s*\[([^\]]*)\]\s*(.*)$/su;
const localForm = /^(?:\/|[a-z]:[\\/]|[\\/]{2})/iu;
const uuidForm = /^(?:uuid:)?\s*([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})$/iu;

/**
 * Takes apart `[datastore] folder/name.vmx`, `[datacentre/datastore] folder/name.vmx`, an absolute path, or a UUID.
 * @returns null for a text of another form.
 */
export function parseLocation(text: string): ParsedLocation | null {
  const datastore = datastoreForm.exec(text);
  if (datastore !== null) {
    const [, inside = '', path = ''] = datastore;
    // A datacentre may lie in folders of its own, so the datastore is what follows the last slash.
    const slash = inside.lastIndexOf('/');
    const name = inside.slice(slash + 1).trim();
    if (name === '' || path.trim() === '') return null;
    return {
      kind: 'datastore',
      datacenter: slash === -1 ? null : inside.slice(0, slash).trim(),
      datastore: name,
      path: path.trim(),
    };
  }
  const uuid = uuidForm.exec(text.trim());
  if (uuid !== null) return { kind: 'uuid', uuid: uuidKey(uuid[1] ?? '') };
  return localForm.test(text) ? { kind: 'local', path: text } : null;
}

/**
 * The place where a new machine may be kept: a parsed location that names a file.
 * @throws Fault `invalid-argument`.
 */
export function parseNewLocation(text: string): Exclude<ParsedLocation, { kind: 'uuid' }> {
  const parsed = parseLocation(text);
  if (parsed === null || parsed.kind === 'uuid' || !parsed.path.toLowerCase().endsWith('.vmx')) {
    throw new Fault(
      'invalid-argument',
      `'${text}' is no place for a virtual machine. Give '[datastore] folder/name.vmx' or an absolute path to a .vmx file.`,
    );
  }
  return parsed;
}

/** The form in which a record keeps its location: without the datacentre. */
export function formatLocation(parsed: Exclude<ParsedLocation, { kind: 'uuid' }>): string {
  return parsed.kind === 'local' ? parsed.path : `[${parsed.datastore}] ${parsed.path}`;
}

/** The location with its datacentre, which tells equal paths apart; a local path is as it was. */
export function qualifiedLocation(record: { readonly datacenter: string; readonly location: string }): string {
  return record.location.startsWith('[') ? `[${record.datacenter}/${record.location.slice(1)}` : record.location;
}

/** What two spellings of one UUID share. */
export function uuidKey(uuid: string): string {
  return uuid.replaceAll(/[-\s]/gu, '').toLowerCase();
}
