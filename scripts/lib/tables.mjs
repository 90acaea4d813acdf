import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Root folder of the repository. */
export const repoRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Loads the built VIX tables: every value that the modules of `src/vix` export. `dist` defaults to `dist/`. */
export async function loadTables(dist = join(repoRoot, 'dist')) {
  const modules = ['constants', 'error-codes', 'properties', 'functions'].map(async (module) => {
    const path = resolve(dist, 'vix', `${module}.js`);
    try {
      return await import(pathToFileURL(path).href);
    } catch (error) {
      throw new Error(`cannot load the tables from ${path}; run \`npm run build\` first`, { cause: error });
    }
  });
  return Object.assign({}, ...(await Promise.all(modules)));
}
