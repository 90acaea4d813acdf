/** What a text that is to lead to a machine says. */
export type Location =
  | {
      readonly kind: 'datastore';
      /** Name or inventory path of the datacentre, where the text names it. */
      readonly datacenter: string | null;
      readonly datastore: string;
      /** `folder/name.vmx`. */
      readonly path: string;
    }
  | { readonly kind: 'uuid'; readonly uuid: string }
  | { readonly kind: 'inventory'; readonly path: string };

const datastoreForm = /^\s*\[([^\]]*)\]\s*(\S.*)$/su;
const uuidForm = /^(?:uuid:)?\s*([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})$/iu;

/**
 * Takes apart `[datastore] folder/name.vmx`, `[datacentre/datastore] folder/name.vmx`, a UUID, or the path of a machine
 * in the inventory, like `/datacentre/vm/folder/name`.
 *
 * @returns null for a text of another form.
 */
export function parseLocation(text: string): Location | null {
  const [, inside, path] = datastoreForm.exec(text) ?? [];
  if (inside !== undefined && path !== undefined) {
    // The name of a datacentre may be a path of folders, so the datastore is what follows the last slash.
    const slash = inside.lastIndexOf('/');
    const datastore = inside.slice(slash + 1).trim();
    if (datastore === '') return null;
    const datacenter = slash === -1 ? null : inside.slice(0, slash).trim();
    return { kind: 'datastore', datacenter, datastore, path: path.trim().replace(/^\/+/, '') };
  }
  const uuid = uuidForm.exec(text.trim())?.[1];
  if (uuid !== undefined) return { kind: 'uuid', uuid: withHyphens(uuid) };
  const trimmed = text.trim().replace(/^\/+|\/+$/g, '');
  return trimmed.includes('/') && !/[[\]\\]/.test(trimmed) ? { kind: 'inventory', path: trimmed } : null;
}

function withHyphens(uuid: string): string {
  const digits = uuid.replaceAll('-', '').toLowerCase();
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}

/** A path on a datastore in the form of the server. */
export function datastorePath(datastore: string, path: string): string {
  return `[${datastore}] ${path}`;
}
