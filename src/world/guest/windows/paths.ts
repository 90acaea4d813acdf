/** Windows paths as text. Nothing here looks at files. */

const drivePattern = /^[A-Za-z]:/;

/** The drive of an absolute path with its colon, in upper case; the empty string for a share. */
export function driveOf(path: string): string {
  return drivePattern.test(path) ? path.slice(0, 2).toUpperCase() : '';
}

interface RootedPath {
  /** `C:\` or `\\server\share\`. */
  readonly root: string;
  readonly rest: string;
}

/** What stands for a missing name of a server or share, so that the path still is one of a share. */
const namelessPart = '-';

function splitRoot(path: string): RootedPath {
  const share = /^\\{2,}([^\\]*)\\*([^\\]*)/.exec(path);
  if (share !== null) {
    const [whole, server, name] = share;
    const names = [server, name].map((part) => (part === undefined || part === '' ? namelessPart : part));
    return { root: `\\\\${names.join('\\')}\\`, rest: path.slice(whole.length) };
  }
  return { root: `${path.slice(0, 1).toUpperCase()}:\\`, rest: path.slice(2) };
}

/**
 * Makes a path absolute and plain: backslashes, no `.` and `..`, no trailing backslash but at a root, no trailing
 * dots and blanks in names.
 * @param workingDirectory an absolute path.
 * @param directories current directories of other drives, by drive letter and colon in upper case.
 */
export function resolvePath(workingDirectory: string, path: string, directories?: ReadonlyMap<string, string>): string {
  const plain = path.replaceAll('/', '\\').replace(/^\\\\[?.]\\/, '');
  const { root, rest } = splitRoot(absoluteText(workingDirectory.replaceAll('/', '\\'), plain, directories));
  const names: string[] = [];
  for (const part of rest.split('\\')) {
    if (part === '' || part === '.') continue;
    if (part === '..') names.pop();
    else names.push(/^\.+$/.test(part) ? part : part.replace(/[. ]+$/, ''));
  }
  return root + names.filter((name) => name !== '').join('\\');
}

function absoluteText(workingDirectory: string, path: string, directories?: ReadonlyMap<string, string>): string {
  if (path.startsWith('\\\\')) return path;
  if (/^[A-Za-z]:\\/.test(path)) return path;
  if (drivePattern.test(path)) {
    const drive = path.slice(0, 2).toUpperCase();
    const base = drive === driveOf(workingDirectory) ? workingDirectory : (directories?.get(drive) ?? `${drive}\\`);
    return `${base}\\${path.slice(2)}`;
  }
  if (path.startsWith('\\')) return splitRoot(workingDirectory).root + path;
  return `${workingDirectory}\\${path}`;
}

/** Is this the root of a drive or share? */
export function isRoot(path: string): boolean {
  return splitRoot(path).rest.replaceAll('\\', '') === '';
}

/** Directory of an absolute path; a root is its own. */
export function parentPath(path: string): string {
  if (isRoot(path)) return path;
  const { root, rest } = splitRoot(path);
  const end = rest.lastIndexOf('\\');
  return end <= 0 ? root : root + rest.slice(rest.startsWith('\\') ? 1 : 0, end);
}

/** Last name of a path; empty for a root. */
export function baseName(path: string): string {
  if (isRoot(path) && /^([A-Za-z]:|\\\\)/.test(path)) return '';
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
}

export function joinPath(directory: string, name: string): string {
  return directory.endsWith('\\') ? directory + name : `${directory}\\${name}`;
}

/** Extension of a file name with its dot, or the empty string. */
export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

/** Text without its double quotes. */
export function unquote(text: string): string {
  return text.replaceAll('"', '');
}
