/** The files of a guest as a model: what each name holds, and which names are one file. */
export interface ModelFiles {
  readonly texts: Readonly<Record<string, string>>;
  /** The names of each file that has several; all in order. */
  readonly linked: readonly (readonly string[])[];
}

export const noFiles: ModelFiles = { texts: {}, linked: [] };

function namesOf(files: ModelFiles, path: string): readonly string[] {
  return files.linked.find((names) => names.includes(path)) ?? [path];
}

/** Files of which `names` lead to one, whatever set of names one of them was in. */
function relinked(
  texts: Readonly<Record<string, string>>,
  groups: readonly (readonly string[])[],
  names: readonly string[],
): ModelFiles {
  const others = groups.filter((group) => !group.some((name) => names.includes(name)));
  const linked = names.length > 1 ? [...others, [...names].sort()] : others;
  return { texts, linked: linked.sort((one, other) => (String(one) < String(other) ? -1 : 1)) };
}

export function withText(files: ModelFiles, path: string, text: string): ModelFiles {
  const texts = Object.fromEntries(namesOf(files, path).map((name) => [name, text]));
  return { ...files, texts: { ...files.texts, ...texts } };
}

/** undefined: there is no such file. */
export function withoutFile(files: ModelFiles, path: string): ModelFiles | undefined {
  const { [path]: text, ...texts } = files.texts;
  if (text === undefined) return undefined;
  const names = namesOf(files, path);
  const others = files.linked.filter((group) => group !== names);
  const left = names.filter((name) => name !== path);
  return relinked(texts, others, left);
}

/** undefined: there is no such file, or the new name is taken. */
export function withLink(files: ModelFiles, path: string, to: string): ModelFiles | undefined {
  const text = files.texts[path];
  if (text === undefined || files.texts[to] !== undefined) return undefined;
  return relinked({ ...files.texts, [to]: text }, files.linked, [...namesOf(files, path), to]);
}

/** undefined: there is no such file. */
export function withMove(files: ModelFiles, path: string, to: string): ModelFiles | undefined {
  if (files.texts[path] === undefined) return undefined;
  if (path === to) return files;
  const target = withoutFile(files, to) ?? files;
  const both = withLink(target, path, to);
  return both === undefined ? undefined : withoutFile(both, path);
}
