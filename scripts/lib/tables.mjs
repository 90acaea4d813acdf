import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Root folder of the repository. */
export const repoRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Loads the built VIX tables: every value that the modules of `src/vix` export. `dist` defaults to `dist/`. */
export function loadTables(dist) {
  return loadBuilt(dist, 'vix', ['constants', 'error-codes', 'properties', 'functions']);
}

/** Loads the built table of the checks of `revix doctor`, its sections, and the problems that every check may meet. */
export function loadDoctorTables(dist) {
  return loadBuilt(dist, 'cli/doctor', ['check-table', 'report', 'common-problems']);
}

/** Loads the built tables of `vmrun`: its commands by section, its flags, its host types. */
export function loadVmrunTables(dist) {
  return loadBuilt(dist, 'cli/vmrun', ['command', 'command-table', 'flags', 'host-types', 'result-shape', 'usage']);
}

async function loadBuilt(dist = join(repoRoot, 'dist'), folder, names) {
  const modules = names.map(async (module) => {
    const path = resolve(dist, folder, `${module}.js`);
    try {
      return await import(pathToFileURL(path).href);
    } catch (error) {
      throw new Error(`cannot load the tables from ${path}; run \`npm run build\` first`, { cause: error });
    }
  });
  return Object.assign({}, ...(await Promise.all(modules)));
}
