import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import type { XmlElement } from '../../../../src/backends/vsphere/soap/xml-element.js';
import { parseXml } from '../../../../src/backends/vsphere/soap/xml-tree.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

/**
 * A document without what does not matter: prefixes, declarations, white space between elements, parts of a second below
 * a millisecond, and an `xsi:type` that says what was declared anyway.
 */
export function canonical(xml: string): unknown {
  return tree(parseXml(xml));
}

/** Types of wire samples that the declaration gives already. */
const redundant = new Set(['GuestProgramSpec']);

const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function tree(element: XmlElement): unknown {
  const attributes = [...element.attributes]
    .filter(([name]) => !name.startsWith('xmlns'))
    .map(([name, value]) => {
      const [, prefix = '', local = ''] = /^(?:([^:]*):)?(.*)$/.exec(name) ?? [];
      return `${prefix === '' ? '' : element.namespaceOf(prefix)} ${local}=${value}`;
    })
    .filter((attribute) => !redundant.has(attribute.replace(/^.* type=/, '')))
    .sort();
  const children = [...element.children()].map(tree);
  const content = children.length === 0 ? leafText(element.text) : children;
  return { name: `${element.namespace} ${element.localName}`, attributes, content };
}

function leafText(text: string): string {
  return time.test(text) ? new Date(text).toISOString() : text;
}

/** Gives every property value inside a decoded answer the type that its path declares. */
export function withPropertyTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPropertyTypes);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const record = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(record).map(([name, field]) => [name, withPropertyTypes(field)]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  const object = record.obj as { readonly type: string } | undefined;
  for (const set of ['propSet', 'changeSet']) {
    const properties = copy[set];
    if (object === undefined || !Array.isArray(properties)) continue;
    copy[set] = properties.map((property: { readonly name: string; readonly val?: unknown }) => {
      const type = vimSchema.propertyType(object.type, property.name);
      if (type === undefined || property.val === undefined) return property;
      return { ...property, val: typed(type.array ? `${type.type}[]` : type.type, property.val) };
    });
  }
  return copy;
}
