import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as v from 'valibot';
import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { Fault } from '../../base/fault.js';
import { keysOf, placeOf } from '../schema-parts.js';
import { inventoryProblems } from './inventory-rules.js';
import { inventorySchema, type CheckedInventory } from './inventory-schema.js';
import { aliasProblems, lastAlias, readModes } from './yaml-problems.js';

/**
 * Reads an inventory from a YAML or JSON file.
 * @throws Fault `file-not-found`, or `invalid-argument` naming file, line and place of everything that is wrong.
 */
export async function readInventory(path: string): Promise<CheckedInventory> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('file-not-found', `The inventory '${path}' cannot be read. Check the path and its rights.`, {
      cause,
    });
  });
  return parseInventory(text, basename(path));
}

/**
 * Parses the text of an inventory, YAML or JSON.
 * @param fileName for the messages.
 * @throws Fault `invalid-argument` naming file, line and place of everything that is wrong.
 */
export function parseInventory(text: string, fileName: string): CheckedInventory {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw invalid(
      document.errors.map((error) => `${fileName}:${error.linePos?.[0].line ?? 1}: ${firstLine(error.message)}`),
    );
  }
  const lineAt = (node: Node): number => lines.linePos(rangeStart(node) ?? 0).line;
  const problems = [...aliasProblems(document), ...(isJson(text) ? [] : readModes(document))];
  if (problems.length > 0) {
    throw invalid(problems.map(({ node, message }) => `${fileName}:${lineAt(node)}: ${message}`));
  }
  return check(toPlain(document, fileName, lineAt), (keys) => `${fileName}:${lineOf(document, lines, keys)}: `);
}

/** JSON has decimal numbers only. */
function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

function toPlain(document: Document, fileName: string, lineAt: (node: Node) => number): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const node = lastAlias(document);
    const line = node === undefined ? 1 : lineAt(node);
    throw invalid([`${fileName}:${line}: too many aliases of aliases; write the values out`], error);
  }
}

/**
 * Checks an inventory that was built in code.
 * @throws Fault `invalid-argument` naming the place of everything that is wrong.
 */
export function checkInventory(inventory: unknown): CheckedInventory {
  return check(inventory, () => 'inventory: ');
}

type Key = string | number;

function check(input: unknown, prefix: (keys: readonly Key[]) => string): CheckedInventory {
  const result = v.safeParse(inventorySchema, input);
  const problems = result.success
    ? inventoryProblems(result.output)
    : result.issues.map((issue) => ({ keys: keysOf(issue), message: issue.message }));
  if (result.success && problems.length === 0) return result.output;
  throw invalid(problems.map(({ keys, message }) => `${prefix(keys)}${placeOf(keys)}: ${message}`));
}

/** Line of the deepest part of the path that the text holds. */
function lineOf(document: Document, lines: LineCounter, keys: readonly Key[]): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const key of keys) {
    if (!isNode(node) || !isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const next = pair?.value ?? node.get(key, true);
    offset = offsetOf(pair?.key) ?? offsetOf(next) ?? offset;
    node = next;
  }
  return lines.linePos(offset).line;
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

function invalid(problems: readonly string[], cause?: Error): Fault {
  const options = cause === undefined ? {} : { cause };
  return new Fault('invalid-argument', `The inventory cannot be used:\n${problems.join('\n')}`, options);
}
