// What the compat tests run against: programs that the project did not write. Each is installed below build/compat,
// once per version, by the ordinary client of its registry.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { runProgram } from './process.mjs';

const pyvmomiVersion = '9.1.1.0';

/**
 * Every counterpart: `prepare` gives the path of its program or throws an error that says why there is none.
 * @type {Record<string, (root: string, folder: string) => Promise<string>>}
 */
const counterparts = {
  vcsim: (root, folder) => goCommand(root, folder, 'vcsim'),
  govc: (root, folder) => goCommand(root, folder, 'govc'),
  pyvmomi: (_root, folder) => python(folder),
  busybox: () => staticBusybox(),
};

/**
 * Prepares all counterparts.
 * @param {string} root the project's folder
 * @returns {Promise<Record<string, { path: string } | { missing: string }>>}
 */
export async function prepareCounterparts(root) {
  const folder = join(root, 'build', 'compat');
  mkdirSync(folder, { recursive: true });
  const prepared = {};
  for (const [name, prepare] of Object.entries(counterparts)) {
    try {
      prepared[name] = { path: await prepare(root, folder) };
    } catch (error) {
      prepared[name] = { missing: error.message };
    }
  }
  return prepared;
}

/** Builds a command of compat-tests/go. */
async function goCommand(root, folder, name) {
  const sources = join(root, 'compat-tests', 'go');
  const program = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  const inputs = ['go.mod', 'go.sum', join(name, 'main.go')].map((file) => readFileSync(join(sources, file), 'utf8'));
  await once(program, inputs.join('\0'), () =>
    mustRun('go', ['build', '-C', sources, '-o', program, `./${name}`], root),
  );
  return program;
}

/** A Python of its own that has pyvmomi. */
async function python(folder) {
  const environment = join(folder, 'python');
  const program = join(environment, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  await once(program, pyvmomiVersion, async () => {
    await mustRun('python3', ['-m', 'venv', '--clear', environment], folder);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `pyvmomi==${pyvmomiVersion}`];
    await mustRun(program, install, folder);
  });
  return program;
}

/** The busybox that fills the root of vcsim's containers; they need root too. */
async function staticBusybox() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error('it needs root on Linux');
  const program = '/bin/busybox';
  if (existsSync(program)) return program;
  await mustRun('apt-get', ['update', '-qq'], '/');
  await mustRun('apt-get', ['install', '-y', '-qq', 'busybox-static'], '/');
  return program;
}

/** Runs `make` unless it ended well before with the same inputs and what it made is there. */
async function once(output, inputs, make) {
  const stampFile = `${output}.stamp`;
  const stamp = createHash('sha256').update(inputs).digest('hex');
  if (existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await make();
  writeFileSync(stampFile, stamp);
}

async function mustRun(command, args, cwd) {
  const { exitCode, output } = await runProgram(command, args, { cwd, capture: true });
  if (exitCode === 0) return;
  const last = output.trim().split('\n').slice(-3).join(' | ');
  throw new Error(`'${command} ${args.slice(0, 3).join(' ')} ...' ended with code ${exitCode}: ${last}`);
}
