type Attributes = ReadonlyMap<string, string>;

/** What stands inside an element: other elements, and text. */
export type XmlNode = XmlElement | string;

/** Of an element that has none. */
export const noAttributes: Attributes = new Map();

/** An element of a document, with its namespaces resolved. */
export class XmlElement {
  readonly prefix: string;
  readonly localName: string;
  /** By their names as they stand in the document. */
  readonly attributes: Attributes;
  readonly #isDeclaring: boolean;
  /** The nearest element around this one that declares a namespace. */
  readonly #around: XmlElement | undefined;
  readonly #nodes: readonly XmlNode[];

  /**
   * @param name with its prefix, as it stands in the document.
   * @param around the element whose declarations count inside, too.
   * @param nodes what stands inside, in order; may be filled in later.
   */
  constructor(name: string, attributes: Attributes, around: XmlElement | undefined, nodes: readonly XmlNode[]) {
    const colon = name.indexOf(':');
    this.prefix = colon === -1 ? '' : name.slice(0, colon);
    this.localName = colon === -1 ? name : name.slice(colon + 1);
    this.attributes = attributes;
    this.#isDeclaring = attributes.size > 0 && [...attributes.keys()].some((key) => key.startsWith('xmlns'));
    this.#around = around === undefined || around.#isDeclaring ? around : around.#around;
    this.#nodes = nodes;
  }

  /** The namespace of the element, undefined where its prefix is not declared. */
  get namespace(): string | undefined {
    return this.namespaceOf(this.prefix);
  }

  /** The namespace that a prefix means at this place. */
  namespaceOf(prefix: string): string | undefined {
    return this.#declared(prefix === '' ? 'xmlns' : `xmlns:${prefix}`);
  }

  /** Looked for upwards, since a map of all at each element would let a short document take gigabytes. */
  #declared(name: string): string | undefined {
    const own = this.attributes.get(name);
    return own === undefined && this.#around !== undefined ? this.#around.#declared(name) : own;
  }

  /** The value of the attribute that has no prefix. */
  attribute(name: string): string | undefined {
    return this.attributes.get(name);
  }

  /** The value of the attribute of a namespace. One whose prefix is not declared counts, too: some servers forget it. */
  attributeOf(namespace: string, localName: string): string | undefined {
    if (this.attributes.size === 0) return undefined;
    const ending = `:${localName}`;
    for (const [name, value] of this.attributes) {
      if (!name.endsWith(ending)) continue;
      const declared = this.namespaceOf(name.slice(0, -ending.length));
      if (declared === namespace || declared === undefined) return value;
    }
    return undefined;
  }

  /** The elements directly inside, in order. */
  *children(): Generator<XmlElement> {
    for (const node of this.#nodes) if (typeof node !== 'string') yield node;
  }

  get hasChildren(): boolean {
    return this.#nodes.some((node) => typeof node !== 'string');
  }

  /** The text directly inside; what is CDATA there is text like any other. */
  get text(): string {
    return this.#nodes.filter((node) => typeof node === 'string').join('');
  }
}
