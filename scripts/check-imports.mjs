// Checks who imports whom: the directions of lib/import-rules.mjs, and that no chain of imports closes to a circle.
// Usage: node scripts/check-imports.mjs [folder of a project, by default this one]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { zones } from './lib/import-rules.mjs';

const checkedFolders = ['src', 'examples', 'compat-tests'];
const sourceName = /\.(ts|mts|mjs|js)$/;

/**
 * @param {string} root
 * @returns {{ files: number, problems: string[] }} each problem as `path:line: what is wrong`
 */
function checkImports(root) {
  const files = checkedFolders.flatMap((folder) => sourceFiles(root, folder));
  const problems = [];
  const graph = new Map();
  for (const file of files) {
    const zone = zoneOf(file);
    if (zone === undefined) {
      problems.push(`${file}: lies in no zone of scripts/lib/import-rules.mjs: move it or add a zone`);
      continue;
    }
    const text = readFileSync(join(root, file), 'utf8');
    const targets = [];
    for (const { specifier, offset } of importsOf(file, text)) {
      const at = `${file}:${text.slice(0, offset).split('\n').length}`;
      const { problem, target } = judge(zone, file, specifier, files);
      if (problem !== undefined) problems.push(`${at}: ${problem}`);
      if (target !== undefined) targets.push(target);
    }
    graph.set(file, targets);
  }
  for (const circle of circlesOf(graph)) problems.push(`${circle[0]}: circular import: ${circle.join(' -> ')}`);
  return { files: files.length, problems };
}

/** Paths from the root, with forward slashes on every system. */
function sourceFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && sourceName.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .toSorted();
}

/** Every module that a file names: imports, re-exports, `import()`, types by `import('..')`, workers by `new URL`. */
function importsOf(file, text) {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`);
  const found = [];
  const visit = (node) => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object') return undefined;
    const named = namedModule(node);
    if (named !== undefined) found.push({ specifier: named?.value, offset: node.start });
    return Object.values(node).forEach(visit);
  };
  visit(program.body);
  return found;
}

/** The node that holds a module's name; null where a module is named by something that is not a literal. */
function namedModule(node) {
  const literal = (argument) => (typeof argument?.value === 'string' ? argument : null);
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source ?? undefined;
    case 'ImportExpression':
    case 'TSImportType':
      return literal(node.source);
    case 'TSExternalModuleReference':
      return literal(node.expression);
    case 'CallExpression':
      return node.callee.name === 'require' ? literal(node.arguments[0]) : undefined;
    case 'NewExpression':
      return isModuleUrl(node) ? node.arguments[0] : undefined;
    default:
      return undefined;
  }
}

/** `new URL('./worker.js', import.meta.url)`: how a worker's file is named. Other files are no modules. */
function isModuleUrl(node) {
  const [file, base] = node.arguments;
  const fromHere = base?.type === 'MemberExpression' && base.object.type === 'MetaProperty';
  return node.callee.name === 'URL' && fromHere && typeof file.value === 'string' && sourceName.test(file.value);
}

/** What is wrong with an import, and, for one inside the tree, the file that it reaches. */
function judge(zone, file, specifier, files) {
  if (specifier === undefined) {
    if (zone.loadsUserModules === file) return {};
    return { problem: 'names a module by an expression: write it as a plain string' };
  }
  if (/^\.\.?(\/|$)/.test(specifier)) return judgeRelative(zone, file, specifier, files);
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return { problem: `imports '${specifier}': write 'node:${specifier}'` };
    return zone.node === false ? { problem: `${zone.name} may not import Node's modules ('${specifier}')` } : {};
  }
  const packageName = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const allowed = packageName === 'revix' ? zone.may.includes('revix') : zone.packages?.includes(packageName);
  return allowed ? {} : { problem: `${zone.name} may not import the package '${packageName}'` };
}

function judgeRelative(zone, file, specifier, files) {
  const path = posix.join(posix.dirname(file), specifier);
  const target = [path.replace(/\.js$/, '.ts'), path.replace(/\.mjs$/, '.mts'), path].find((name) =>
    files.includes(name),
  );
  if (target === undefined) return { problem: `imports '${specifier}', which is no source file of a checked folder` };
  const targetZone = zoneOf(target);
  if (targetZone === zone || zone.may.includes(targetZone?.name)) return { target };
  const allowed = zone.may.length === 0 ? 'nothing outside itself' : `only ${zone.may.join(', ')}`;
  return {
    problem: `${zone.name} may not import ${targetZone?.name ?? target} ('${specifier}'); it may import ${allowed}`,
    target,
  };
}

function zoneOf(file) {
  return zones.find(({ match }) => match.test(file));
}

/** One circle for each import that closes one, as the files along it, the first repeated at the end. */
function circlesOf(graph) {
  const circles = [];
  const done = new Set();
  const trail = [];
  const visit = (file) => {
    const start = trail.indexOf(file);
    if (start >= 0) return circles.push([...trail.slice(start), file]);
    if (done.has(file)) return undefined;
    trail.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    trail.pop();
    return done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return circles;
}

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));
const { files, problems } = checkImports(root);
// A check that looked at nothing has shown nothing.
if (files === 0) problems.push(`no source files found under ${root}`);
if (problems.length > 0) console.log(problems.join('\n'));
process.exitCode = problems.length > 0 ? 1 : 0;
