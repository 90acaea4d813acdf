/** One rule: what the program calls a path, and what the host calls it. */
interface PathRule {
  readonly program: string;
  readonly host: string;
}

/** Whether a path is written the Windows way: then case does not matter and both separators do. */
function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:[\\/]|^\\\\/.test(path);
}

/**
 * Renames paths by prefix between what an old program has hard-coded (`C:\VMs\lab\lab.vmx`) and what its new host
 * calls them (`[datastore1] lab/lab.vmx`). A prefix is made of whole parts of a path. The longest one that matches wins;
 * a path that no rule matches stays as it is.
 */
export class PathMap {
  readonly #rules: readonly PathRule[];

  /** @param rules program prefix -> host prefix. */
  constructor(rules: Readonly<Record<string, string>> = {}) {
    this.#rules = Object.entries(rules).map(([program, host]) => ({ program, host }));
  }

  /** The host's name of a path that the program gave. */
  toHost(path: string): string {
    return rename(path, this.#rules, 'program', 'host');
  }

  /** The program's name of a path that the host gave. */
  toProgram(path: string): string {
    return rename(path, this.#rules, 'host', 'program');
  }
}

function rename(path: string, rules: readonly PathRule[], from: keyof PathRule, to: keyof PathRule): string {
  let best: PathRule | undefined;
  for (const rule of rules) {
    if (startsWith(path, rule[from]) && (best === undefined || rule[from].length > best[from].length)) best = rule;
  }
  if (best === undefined) return path;
  const rest = path.slice(best[from].length);
  if (isWindowsPath(best[to])) return best[to] + rest.replaceAll('/', '\\');
  // Elsewhere a backslash may be part of a name.
  return best[to] + (isWindowsPath(best[from]) ? rest.replaceAll('\\', '/') : rest);
}

/** Whether a path begins with a prefix that ends where a part of the path ends: `/vms/lab` does not match `/vms/lab2`. */
function startsWith(path: string, prefix: string): boolean {
  const start = path.slice(0, prefix.length);
  if (isWindowsPath(prefix) ? folded(start) !== folded(prefix) : start !== prefix) return false;
  return path.length === prefix.length || /[\\/\s]$/.test(prefix) || /^[\\/\s]/.test(path.slice(prefix.length));
}

function folded(windowsPath: string): string {
  return windowsPath.replaceAll('/', '\\').toLowerCase();
}
