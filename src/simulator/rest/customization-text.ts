import { Fields } from '../fields.js';
import { RestProblem } from './rest-problem.js';

/** A customization specification with the name that it is kept under. */
export interface NamedSpec {
  readonly name: string;
  readonly description: string;
  readonly spec: Fields;
}

/**
 * A specification as a text that `importedSpec` reads. Passwords in it are empty.
 * @throws VimFault `InvalidArgument` for a format that there is not, RestProblem `UNSUPPORTED` for XML.
 */
export function exportedSpec({ name, description, spec }: NamedSpec, call: Fields): string {
  const format = call.text('format');
  if (format === 'JSON') return JSON.stringify({ name, description, spec: withoutPasswords(spec.json) }, null, 2);
  if (format !== 'XML') throw call.invalid('format', 'expected JSON or XML');
  throw new RestProblem('UNSUPPORTED', 'The simulator exports specifications as JSON, not as XML. Ask for JSON.');
}

/**
 * Reads the text of a specification; it is not kept.
 * @throws VimFault `InvalidArgument` that says what cannot be read.
 */
export function importedSpec(call: Fields): NamedSpec {
  const text = call.text('customization_spec');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw call.invalid('customization_spec', 'it is no JSON, as which specifications are exported');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw call.invalid('customization_spec', 'expected a JSON object');
  }
  const fields = new Fields({ ...json }, 'customization_spec');
  return { name: fields.text('name'), description: fields.text('description'), spec: fields.object('spec') };
}

function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    key,
    key.endsWith('password') && typeof item === 'string' ? '' : withoutPasswords(item),
  ]);
  return Object.fromEntries(entries);
}
