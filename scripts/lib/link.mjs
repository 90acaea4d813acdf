import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const common = { target: 'node20.18', charset: 'ascii', logLevel: 'silent' };

/**
 * A program of many modules as the text of few files. A module is run when something of it is first used, and not when
 * another one that may use it is: most runs of a program use a small part of it.
 */
class LinkedProgram {
  /** Paths of all modules, from the project's folder; the first one is the entry. */
  paths;
  #functions;

  /** @param {readonly { path: string, code: string }[]} modules the code of each as the body of a function. */
  constructor(modules) {
    this.paths = modules.map(({ path }) => path);
    this.#functions = modules.map(({ code }) => `function(exports,module){${code}\n}`);
  }

  /**
   * The text of the main file: a function that `cached-body.cts` calls.
   * @param {(path: string) => boolean} isHere whether a module is in this file; `restText` has the others.
   * @param {{ name: string, hash: string }} rest the file with the others, and the hash that its first line has.
   * @param {string} onLoad statement for each module that is run, with its number in `id`.
   */
  mainText(isHere, rest, onLoad = '') {
    return `(function(exports,require,module,__filename,__dirname,__import,__part){
const __module={get url(){return require("node:url").pathToFileURL(__filename).href}};
const __named=(value)=>Object.create(value,{default:{value}});
const __passedOn=(value)=>{const{default:_,...all}=Object.getOwnPropertyDescriptors(value);return all};
const __loaded=[];
let __rest;
const __use=(id)=>{
const known=__loaded[id];
if(known!==undefined)return known.exports;
${onLoad}
const run=__here[id]??(__rest??=__part(${JSON.stringify(rest.name)},${JSON.stringify(rest.hash)})(require,__filename,__dirname,__module,__named,__passedOn,__import,__use))[id];
const used=__loaded[id]={exports:{}};
try{run(used.exports,used)}catch(error){delete __loaded[id];throw error}
return used.exports;
};
const __here={${this.#members(isHere)}};
module.exports=__use(0);
})`;
  }

  /** The text of the other file: a function that gives the modules that are not in the main file. */
  restText(isHere) {
    const members = this.#members((path) => !isHere(path));
    return `(function(require,__filename,__dirname,__module,__named,__passedOn,__import,__use){return{${members}}})`;
  }

  #members(isWanted) {
    return this.#functions.flatMap((text, id) => (isWanted(this.paths[id]) ? [`${id}:${text}`] : [])).join(',\n');
  }
}

/**
 * Makes a function that reads a program by the path of its first module. Modules of several programs are made once.
 * @param {string} root folder of the project
 * @param {readonly string[]} external packages that stay outside
 * @returns {(entry: string) => Promise<LinkedProgram>}
 */
export function linker(root, external) {
  const bodies = new Map();
  return async (entry) => {
    const { build } = await import('esbuild');
    const { metafile } = await build({
      ...common,
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      external,
      metafile: true,
      write: false,
    });
    const { inputs, outputs } = metafile;
    const [{ entryPoint }] = Object.values(outputs);
    const paths = [entryPoint, ...Object.keys(inputs).filter((path) => path !== entryPoint)];
    const ids = new Map(paths.map((path, id) => [path, id]));
    const modules = paths.map(async (path) => {
      if (!bodies.has(path)) bodies.set(path, functionBody(root, path, inputs));
      const code = (await bodies.get(path)).replaceAll(/__use\("([^"]+)"\)/g, (_, used) => `__use(${ids.get(used)})`);
      return { path, code };
    });
    return new LinkedProgram(await Promise.all(modules));
  };
}

/** A module as what stands in a function, in which `__use("path")` is another module. */
async function functionBody(root, path, inputs) {
  const { transform } = await import('esbuild');
  const { imports, format } = inputs[path];
  const source = readFileSync(join(root, path), 'utf8');
  const targets = new Map(
    imports.flatMap(({ path: to, original, external }) =>
      external ? [] : [[original, { path: to, isModern: inputs[to].format === 'esm' }]],
    ),
  );
  const code = format === 'esm' ? await inOldFormat(path, source, imports) : source;
  return (await transform(linked(code, targets), { ...common, minifySyntax: true, minifyWhitespace: true })).code;
}

/** A modern module in the old format, which needs no more than a function around it. */
async function inOldFormat(path, source, imports) {
  const { transform } = await import('esbuild');
  // What esbuild makes of an import would be taken for one.
  if (/\bimport_\w+\./.test(source)) fail(path);
  const { code } = await transform(source, {
    ...common,
    format: 'cjs',
    sourcefile: path,
    define: { 'import.meta.url': '__module.url' },
  });
  if (callsIn(code, imports).length > imports.length) fail(path);
  // What esbuild puts on top: functions of its own, the exports, and what is imported.
  const [, exported = '', body] =
    /^(?:"use strict";\n)?(?:var __\w+ = [^]*?\n)?(?:var \w+_exports = \{\};\n(?:__export\(\w+_exports, \{\n([^]*?)\n\}\);\n)?module\.exports = __toCommonJS\(\w+_exports\);\n)([^]*)$/.exec(
      code,
    ) ?? fail(path);
  const passedOn = [];
  const rest = body.replaceAll(/^__reExport\(\w+, (require\("[^"]+"\)), module\.exports\);$/gm, (_, call) => {
    passedOn.push(`...__passedOn(${call})`);
    return '';
  });
  const exports = [...exported.matchAll(/^ {2}(\S+): \(\) => (\S+?),?$/gm)].map(([, name, value]) =>
    // What is passed on, or may change, is looked up by who uses it.
    isFixed(value, body) ? `${name}:${value}` : `get ${name}(){return ${value}}`,
  );
  const own = `{${exports.join(',')}}`;
  // What another module passes on may change there, so it is looked up there; a name of this module's own comes first.
  const all =
    passedOn.length === 0
      ? own
      : `Object.defineProperties({},{${passedOn.join(',')},...Object.getOwnPropertyDescriptors(${own})})`;
  const isEmpty = passedOn.length === 0 && exports.length === 0;
  return `"use strict";\n${lateImports(isEmpty ? rest : `${rest}module.exports=${all};\n`)}`;
}

/** What looks like the import of another module; texts in which one stands cannot be told apart from it. */
function callsIn(code, imports) {
  const specifiers = new Set(imports.map(({ original, path }) => original ?? path));
  const calls = code.matchAll(/\b(?:require|import)\(\s*(["'])([^"'\n]+)\1\s*\)/g);
  return [...calls].filter(([, , specifier]) => specifiers.has(specifier));
}

/** Whether a name of a module has its last value when the module has run; a line of a text may look as if it had. */
function isFixed(name, code) {
  const word = name.replaceAll('$', '\\$');
  const isDeclared = (as) => new RegExp(`^(?:${as}) ${word}\\b`, 'm').test(code);
  const mayChange = new RegExp(`^(?:let|var) .*\\b${word}\\b`, 'm').test(code);
  return !mayChange && isDeclared('const|class|(?:async )?function\\*?');
}

/** Lets an import take place where something of it is first used. */
function lateImports(code) {
  const late = new Map();
  const text = code.replaceAll(/^var (import_\w+) = (.*\brequire\(.*\)\)?);$/gm, (statement, name, value) => {
    const uses = code.match(new RegExp(`\\b${name}\\b`, 'g')).length - 1;
    const ofMembers = (code.match(new RegExp(`\\b${name}\\.`, 'g')) ?? []).length;
    // Nothing is used of what is imported for what it does, and an import that is used as a whole cannot be told apart.
    if (uses === 0 || uses !== ofMembers) return statement;
    late.set(name, value);
    return `let ${name};`;
  });
  return text.replaceAll(/\b(import_\w+)\./g, (use, name) => (late.has(name) ? `(${name}??=${late.get(name)}).` : use));
}

/** Lets code find the other modules by their numbers. */
function linked(code, targets) {
  return code
    .replaceAll(/\b__toESM\((require\("([^"]+)"\))(?:, 1)?\)/g, (_, call, specifier) =>
      targets.get(specifier)?.isModern === true ? call : `__named(${call})`,
    )
    .replaceAll(/\brequire\(\s*(["'])([^"'\n]+)\1\s*\)/g, (call, _, specifier) => {
      const target = targets.get(specifier);
      return target === undefined ? call : `__use(${JSON.stringify(target.path)})`;
    })
    .replaceAll(/\bimport\((?=")("[^"\n]+")\)/g, (_, specifier) => {
      const target = targets.get(JSON.parse(specifier));
      // Code from V8's cache has lost how to import while it runs, so whoever starts the program does that for it.
      if (target === undefined) return `__import(${specifier})`;
      return `Promise.resolve().then(()=>__use(${JSON.stringify(target.path)}))`;
    });
}

function fail(path) {
  throw new Error(`esbuild has made something else of ${path} than link.mjs expects`);
}
