/** One step of a property path: a field, or an element of an array by its key. */
export type PathStep = { readonly field: string } | { readonly key: string };

const fieldForm = /[A-Za-z_][A-Za-z0-9_]*/uy;
const quotedKeyForm = /\["((?:[^"\\]|\\.)*)"\]/uy;
const bareKeyForm = /\[([^\]"]+)\]/uy;

/**
 * Takes apart a path like `config.extraConfig["guestinfo.ip"].value` or `config.hardware.device[4000].deviceInfo`.
 * @returns null for a text that is no path.
 */
export function parsePath(text: string): readonly PathStep[] | null {
  const steps: PathStep[] = [];
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found !== null) at = form.lastIndex;
    return found;
  };
  for (;;) {
    const [field] = take(fieldForm) ?? [];
    if (field === undefined) return null;
    steps.push({ field });
    for (;;) {
      const quoted = take(quotedKeyForm)?.[1]?.replaceAll(/\\(["\\])/gu, '$1');
      const key = quoted ?? take(bareKeyForm)?.[1];
      if (key === undefined) break;
      steps.push({ key });
    }
    if (at === text.length) return steps;
    if (text[at] !== '.') return null;
    at += 1;
  }
}

/** A path below another one. */
export function fieldPath(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

/** The path of an array's element. Whole numbers stand without quotes. */
export function elementPath(path: string, key: string | number): string {
  return typeof key === 'number' ? `${path}[${key}]` : `${path}["${key.replaceAll(/["\\]/gu, '\\$&')}"]`;
}
