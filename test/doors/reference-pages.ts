import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/reference/bindings/', import.meta.url));

/** Whether the pages that the lists of members were taken from are beside this checkout. */
export const hasReferencePages: boolean = existsSync(folder);

/** First cells of the first table below each heading of a page, by the heading. */
function firstColumns(page: string): ReadonlyMap<string, readonly string[]> {
  const columns = new Map<string, string[]>();
  let cells: string[] | undefined;
  let isInTable = false;
  for (const line of readFileSync(folder + page, 'utf8').split('\n')) {
    const [, heading] = /^#{2,3} (.*)$/.exec(line) ?? [];
    if (heading !== undefined) {
      cells = [];
      columns.set(heading, cells);
    } else if (line.startsWith('|')) {
      isInTable = true;
      cells?.push(line);
    } else if (isInTable) {
      isInTable = false;
      cells = undefined;
    }
  }
  return new Map([...columns].map(([heading, rows]) => [heading, rows.slice(2)]));
}

function cellsOf(row: string): readonly string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Rows below the one heading that begins like this, of which each is a list of cells. */
function rowsBelow(page: string, start: RegExp): readonly (readonly string[])[] {
  const found = [...firstColumns(page)].filter(([heading]) => start.test(heading));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${page} has ${found.length} headings like ${start}`);
  return only[1].map(cellsOf);
}

/** Members of an interface of VixCOM with their parameters, later ones with the first, as the page lists them. */
export function comPage(name: string): Readonly<Record<string, string>> {
  const rows = rowsBelow('com.md', new RegExp(`^${name}\\b`));
  return Object.fromEntries(
    rows.map((cells) => {
      const [member = '', parameters = ''] = name === 'IPropertyList' ? cells : cells.slice(1);
      return [member.replace(/ \(.*\)$/, ''), plainParameters(parameters)];
    }),
  );
}

/** Names and types, without remarks. */
function plainParameters(text: string): string {
  const plain = text.replaceAll(/\([^)]*\)|\*\*|–| → .*$/g, '');
  const parameters = plain.split(',').map((parameter) => parameter.trim());
  return parameters.filter((parameter) => parameter !== '').join(', ');
}

/** Properties of finished jobs with their types, by the members that return the jobs, as the page lists them. */
export function comResultsPage(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const results = rowsBelow('com.md', /^3\. Job results/).flatMap(([calls = '', properties = '', types = '']) => {
    const found = [...types.matchAll(/BSTR|BOOL|I4|I8|SAFEARRAY|VT_DISPATCH/g)].map(([type]) => type);
    const ids = [...properties.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([id], index) => [id, found[index]]);
    return calls.split(', ').map((call) => [call.replace(/ \(.*$/, ''), Object.fromEntries(ids)]);
  });
  return Object.fromEntries(results) as Record<string, Record<string, string>>;
}

/** Functions of `VMware::Vix::Simple` with their parameters, as the page lists them. */
export function simplePage(): Readonly<Record<string, readonly string[]>> {
  const calls = rowsBelow('perl.md', /^Functions$/).flatMap(([first = '']) => [
    ...first.matchAll(/`(\w+)\(([^)]*)\)`/g),
  ]);
  return Object.fromEntries(
    calls.map(([, name = '', parameters = '']) => [
      name,
      parameters.split(',').map((text) => text.trim().replace(/^\$/, '')),
    ]),
  );
}

/** What the functions of `VMware::Vix::Simple` return beside the error, as the page lists it; those with nothing are left out. */
export function simpleAnswersPage(): Readonly<Record<string, readonly string[]>> {
  const answers = rowsBelow('perl.md', /^Functions$/).flatMap(([calls = '', returns = '']) => {
    const [, list = ''] = /^`\(\$err, ([^)]*)\)`/.exec(returns) ?? [];
    return list === '' ? [] : [...calls.matchAll(/`(\w+)\(/g)].map(([, name = '']) => [name, list.split(', ')]);
  });
  return Object.fromEntries(answers) as Record<string, string[]>;
}

/** Keys of the hashes that functions of `VMware::Vix::Simple` return, as the page lists them. */
export function simpleKeysPage(): Readonly<Record<string, readonly string[]>> {
  const keys = rowsBelow('perl.md', /^Hash keys$/).flatMap(([names = '', text = '']) => {
    const found = [...text.matchAll(/\b(?!VIX_)[A-Z]+(?:_[A-Z]+)+\b/g)].map(([key]) => key);
    return names.split(', ').map((name) => [name, found]);
  });
  return Object.fromEntries(keys) as Record<string, string[]>;
}

const virtualServerHeadings: Readonly<Record<string, readonly RegExp[]>> = {
  IVMVirtualServer: [/^5\. IVMVirtualServer/],
  IVMVirtualMachine: [/^6\. IVMVirtualMachine/],
  IVMGuestOS: [/^2\. IVMGuestOS/, /^3\. IVMGuestOS2/],
  IVMTask: [/^4\. IVMTask/],
};

/** Members of an interface of Virtual Server, later ones with the first. What the page only hints at (`VMRC*`) is not there. */
export function virtualServerPage(name: string): readonly string[] {
  const rows = (virtualServerHeadings[name] ?? []).flatMap((heading) => rowsBelow('virtual-server.md', heading));
  return rows
    .flatMap(([first = '']) => first.replaceAll(/\([^)]*\)/g, '').split(','))
    .map((text) => text.trim())
    .filter((text) => /^[A-Z]\w+$/.test(text));
}

/** Codes of Virtual Server that the page names, by their names: the low 16 bits. */
export function hresultPage(): Readonly<Record<string, number>> {
  const rows = rowsBelow('virtual-server.md', /^9\. HRESULTs/);
  const pairs = rows.flatMap(([code = '', names = '', other = '', others = '']) => [
    [code, names],
    [other, others],
  ]);
  return Object.fromEntries(pairs.flatMap(([codes = '', names = '']) => namedCodes(codes, names)));
}

/** `0727, 0728` or `0306-0308` with as many names; of other ranges the page names a few, each behind its code. */
function namedCodes(codes: string, text: string): readonly (readonly [name: string, code: number])[] {
  const [first = Number.NaN, last = first] = [...codes.matchAll(/[0-9A-F]{4}/g)].map(([code]) =>
    Number.parseInt(code, 16),
  );
  const names = text.split(', ');
  if (names.length === last - first + 1) {
    const prefix = /^VM_E_[A-Z]+_/.exec(text)?.[0] ?? '';
    return names.map((name, index) => [name.replace('…', prefix), first + index]);
  }
  const found = [...text.matchAll(/\b([0-9A-F]{4}) (VM_E_\w+)/g)];
  return found.map(([, code = '', name = '']) => [name, Number.parseInt(code, 16)]);
}
