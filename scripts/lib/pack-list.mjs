import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Writes which files of a built folder go into the package: those that run, and the types behind the entries. The modules
 * that they were bundled from, which only the project's own tests and scripts use, stay behind. npm lets a list in a
 * folder win over `files` of package.json.
 * @param {string} output the built folder
 * @param {readonly string[]} made paths of what runs
 * @param {readonly string[]} entries paths of the entries, whose types lie beside them
 */
export function writePackList(output, made, entries) {
  const types = new Set();
  for (const entry of entries) addTypes(typesOf(entry), types);
  const maps = [...made, ...types].map((path) => `${path}.map`).filter((path) => existsSync(path));
  const names = [...made, ...types, ...maps].map((path) => relative(output, path).replaceAll('\\', '/'));
  const lines = ['*', '!*/', ...[...new Set(names)].map((name) => `!/${name}`)];
  writeFileSync(join(output, '.npmignore'), `${lines.join('\n')}\n`);
}

/** Adds a file of types and all that it names, also in `import(...)` of a type. */
function addTypes(path, found) {
  if (found.has(path) || !existsSync(path)) return;
  found.add(path);
  for (const [, address] of readFileSync(path, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    addTypes(typesOf(join(dirname(path), address)), found);
  }
}

function typesOf(module) {
  return module.replace(/\.(c?)js$/, '.d.$1ts');
}
