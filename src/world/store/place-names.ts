/**
 * Names of virtual machines, folders, datastores and datacentres as names of files. Letters, digits and most signs
 * stay as they are; what some host file system refuses is percent-encoded, and any other character may be. So each
 * file name stands for one name, and where two names would be one file on a host that ignores case, the second gets
 * another spelling.
 */

/** Refused by Windows, or with a meaning of its own in a path. */
const unsafe = /[\x00-\x1f\x7f<>:"/\\|?*%]|^[. ]|[. ]$/g;

/** Names of devices on Windows, with any extension. */
const device = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/i;

function encodeAll(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '%$&');
}

/** The usual file name for a name. Never empty for a name that is not, never `.`, `..` or hidden. */
export function encodeName(name: string): string {
  const encoded = name.replace(unsafe, encodeAll);
  return device.test(encoded) ? encodeAll(encoded.slice(0, 1)) + encoded.slice(1) : encoded;
}

/** The name that a file name stands for. */
export function decodeName(fileName: string): string {
  return fileName.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** Equal for file names that some host takes for one. */
function fold(fileName: string): string {
  return fileName.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Whether two names are the same, however a host composes accents. */
export function isSameName(one: string, other: string): boolean {
  return one.normalize('NFC') === other.normalize('NFC');
}

/** The one of the `taken` file names of a folder that stands for `name` already. */
export function knownFileName(name: string, taken: readonly string[]): string | undefined {
  return taken.find((fileName) => isSameName(decodeName(fileName), name));
}

/** A file name for `name` that no host takes for one of the `taken` ones. */
export function newFileName(name: string, taken: readonly string[]): string {
  const usual = encodeName(name);
  const rival = taken.find((fileName) => fold(fileName) === fold(usual));
  if (rival === undefined) return usual;
  const marked = markDifference(usual, rival);
  const isUsable =
    extensionOf(marked) === extensionOf(name) &&
    isSameName(decodeName(marked), name) &&
    !taken.some((fileName) => fold(fileName) === fold(marked));
  // Other tools know the file by its extension, so that stays readable.
  return isUsable ? marked : encodeAll(name.slice(0, name.length - extensionOf(name).length)) + extensionOf(name);
}

function extensionOf(name: string): string {
  return /\.vmx$/i.exec(name)?.[0] ?? '';
}

/** Encodes the first character in which two spellings differ. */
function markDifference(usual: string, rival: string): string {
  let index = 0;
  while (index < usual.length - 1 && usual[index] === rival[index]) index += 1;
  return usual.slice(0, index) + encodeAll(usual.slice(index, index + 1)) + usual.slice(index + 1);
}
