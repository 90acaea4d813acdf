import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { aliasProblems, lastAlias, readModes } from './yaml-problems.js';

type Key = string | number;

/** Everything that is wrong with a text, each with its file and line. */
export class YamlProblems extends Error {
  override readonly name = 'YamlProblems';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], cause?: Error) {
    super(problems.join('\n'), cause === undefined ? {} : { cause });
    this.problems = problems;
  }
}

/** A YAML or JSON text that people write, as plain values and with the line of each. */
export class YamlText {
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #fileName: string;
  /** The values, not checked. */
  readonly value: unknown;

  /**
   * @param fileName for the messages.
   * @throws YamlProblems
   */
  constructor(text: string, fileName: string) {
    this.#fileName = fileName;
    this.#document = parseDocument(text, { lineCounter: this.#lines });
    const { errors } = this.#document;
    if (errors.length > 0) {
      throw new YamlProblems(
        errors.map((error) => `${fileName}:${error.linePos?.[0].line ?? 1}: ${firstLine(error.message)}`),
      );
    }
    const problems = [...aliasProblems(this.#document), ...(isJson(text) ? [] : readModes(this.#document))];
    if (problems.length > 0) {
      throw new YamlProblems(problems.map(({ node, message }) => `${this.#at(rangeStart(node))}: ${message}`));
    }
    this.value = this.#toPlain();
  }

  /** File and line of the deepest part of the path that the text holds: `lab.yaml:7`. */
  placeOf(keys: readonly Key[]): string {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node);
    for (const key of keys) {
      if (!isNode(node) || !isCollection(node)) break;
      const pair = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      const next = pair?.value ?? node.get(key, true);
      offset = offsetOf(pair?.key) ?? offsetOf(next) ?? offset;
      node = next;
    }
    return this.#at(offset);
  }

  #toPlain(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      const node = lastAlias(this.#document);
      const place = this.#at(node === undefined ? undefined : rangeStart(node));
      throw new YamlProblems([`${place}: too many aliases of aliases; write the values out`], error);
    }
  }

  #at(offset: number | undefined): string {
    return `${this.#fileName}:${this.#lines.linePos(offset ?? 0).line}`;
  }
}

/** JSON has decimal numbers only. */
function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? rangeStart(node) : undefined;
}

function rangeStart(node: Node): number | undefined {
  return node.range?.[0];
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/u, '');
}
