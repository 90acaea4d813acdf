// What the compat tests run against, and benches beside: programs that the project did not write. Each is installed
// below build/compat, once per version, by the ordinary client of its registry.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { runProgram } from './process.mjs';

const pyvmomiVersion = '9.1.1.0';
/** Ansible with its modules for vSphere, and what these need. */
const ansiblePackages = ['ansible==12.3.0', `pyvmomi==${pyvmomiVersion}`, 'requests==2.34.2'];
const jnaVersion = '5.17.0';
const pythonVixVersion = '1.0.8';

/**
 * Every counterpart: `prepare` gives the path of its program or throws an error that says why there is none.
 * @type {Record<string, (root: string, folder: string) => Promise<string>>}
 */
const counterparts = {
  vcsim: (root, folder) => goCommand(root, folder, 'compat-tests/go', 'vcsim'),
  govc: (root, folder) => goCommand(root, folder, 'compat-tests/go', 'govc'),
  pyvmomi: (_root, folder) => python(folder, 'python', `pyvmomi==${pyvmomiVersion}`),
  python: () => onPath('python3'),
  ansible: (_root, folder) => python(folder, 'ansible', ...ansiblePackages),
  'python-vix': (_root, folder) => python(folder, 'python-vix', `vix==${pythonVixVersion}`),
  go: () => onPath('go', 'version'),
  ruby: () => rubyWithFfi(),
  jna: (_root, folder) => javaNativeAccess(folder),
  bash: () => gnuBash(),
  zsh: () => ofDistribution('zsh', '/bin/zsh'),
  fish: () => ofDistribution('fish', '/usr/bin/fish'),
  busybox: () => staticBusybox(),
  govmomi: (root, folder) => goCommand(root, folder, 'bench/peers', 'govmomi'),
  curl: () => onPath('curl'),
  guests: (root, folder) => benchGuests(root, join(folder, 'guests')),
};

/** The last installation by the distribution's own client, which does not run twice at once. */
let installing = Promise.resolve();

const aptOptions = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];

const benchOnly = ['govmomi', 'curl', 'guests'];

/** Names of what the compat tests run against. */
export const compatCounterparts = Object.keys(counterparts).filter((name) => !benchOnly.includes(name));

/** Names of what the bench of the vSphere backend runs against and beside. */
export const benchCounterparts = ['vcsim', 'govc', 'pyvmomi', 'busybox', ...benchOnly];

/**
 * Prepares counterparts, says of each that is missing why, and lets the programs that are started from here find them.
 * @param {string} root the project's folder
 * @param {readonly string[]} names
 */
export async function prepareCounterparts(root, names) {
  const folder = join(root, 'build', 'compat');
  mkdirSync(folder, { recursive: true });
  // Together: most of their time they wait for a registry.
  const outcomes = await Promise.all(
    names.map(async (name) => {
      try {
        return [name, { path: await counterparts[name](root, folder) }];
      } catch (error) {
        console.log(`${process.env.CI === undefined ? 'skipped' : 'missing'}: ${name}: ${error.message}`);
        return [name, { missing: error.message }];
      }
    }),
  );
  const prepared = Object.fromEntries(outcomes);
  const file = join(folder, 'counterparts.json');
  writeFileSync(file, JSON.stringify(prepared, null, 2));
  process.env.REVIX_COUNTERPARTS = file;
}

/** Builds a command of a Go module of this project, whose variables may be set as the linker sets them. */
async function goCommand(root, folder, module, name, variables = '') {
  const sources = join(root, module);
  const program = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  const inputs = ['go.mod', 'go.sum', join(name, 'main.go')].map((file) => readFileSync(join(sources, file), 'utf8'));
  await once(program, [...inputs, variables].join('\0'), () =>
    mustRun('go', ['build', '-C', sources, '-ldflags', variables, '-o', program, `./${name}`], root),
  );
  return program;
}

/**
 * A folder with what lets the guests of the bench take little of the processors: the program that starts theirs, one to
 * start, and a vcsim that has the first in the place of `/bin/sh`.
 */
async function benchGuests(root, folder) {
  mkdirSync(folder, { recursive: true });
  // glibc asks the processor what it can at each start, for which a virtual machine stops; that takes three times as long as
  // all the rest.
  const compiler = await ofDistribution('musl-tools', '/usr/bin/musl-gcc');
  const flags = ['-std=c11', '-O2', '-static', '-Wall', '-Wextra', '-Werror'];
  for (const name of ['docker', 'end-with']) {
    const [source, program] = [join(root, 'bench', 'guests', `${name}.c`), join(folder, name)];
    await once(program, [compiler, ...flags, readFileSync(source, 'utf8')].join('\0'), () =>
      mustRun(compiler, [...flags, '-o', program, source], folder),
    );
  }
  const shell = `-X github.com/vmware/govmomi/toolbox/process.shell=${join(folder, 'docker')}`;
  await goCommand(root, folder, 'compat-tests/go', 'vcsim', shell);
  return folder;
}

/** A program that the machine has, by its name. */
async function onPath(name, question = '--version') {
  await mustRun(name, [question], '/');
  return name;
}

/** The shell that guests are compared with; its commands are those of GNU. */
async function gnuBash() {
  for (const command of ['bash', 'sed', 'find', 'date']) {
    const { output } = await runProgram(command, ['--version'], { cwd: '/', capture: true });
    if (!output.includes('GNU')) throw new Error(`${command} of this machine is not that of GNU`);
  }
  return onPath('bash');
}

/** A Python of its own that has some packages. */
async function python(folder, name, ...requirements) {
  const environment = join(folder, name);
  const program = join(environment, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  await once(program, requirements.join(' '), async () => {
    await mustRun('python3', ['-m', 'venv', '--clear', environment], folder);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
    await mustRun(program, install, folder);
  });
  return program;
}

/** The jar by which Java calls C, from Maven Central; it takes a JDK to use it. */
async function javaNativeAccess(folder) {
  const jar = join(folder, 'jna', `jna-${jnaVersion}.jar`);
  await onPath('javac');
  await onPath('java');
  await once(jar, jnaVersion, () => {
    const artifact = [`-Dartifact=net.java.dev.jna:jna:${jnaVersion}`, `-DoutputDirectory=${join(folder, 'jna')}`];
    return mustRun('mvn', ['--quiet', '--batch-mode', 'dependency:copy', ...artifact], folder);
  });
  return jar;
}

/** The busybox that fills the root of vcsim's containers; they need root too. */
async function staticBusybox() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error('it needs root on Linux');
  return await ofDistribution('busybox-static', '/bin/busybox');
}

/** A program of the machine's distribution, which root may install. */
async function ofDistribution(packageName, program) {
  if (!existsSync(program)) await installed([packageName], `${program} is not there`);
  return program;
}

/** Lets root install packages of Debian: each installation waits for the one before, and for those of others. */
function installed(packageNames, whyNeeded) {
  const done = installing.then(async () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error(whyNeeded);
    await mustRun('apt-get', [...aptOptions, 'update'], '/');
    await mustRun('apt-get', [...aptOptions, 'install', '-y', '--no-install-recommends', ...packageNames], '/');
  });
  installing = done.catch(() => undefined);
  return done;
}

/** A Ruby that calls C by its package ffi, which Debian has as ruby-ffi. */
async function rubyWithFfi() {
  const { exitCode } = await runProgram('ruby', ['-e', 'require "ffi"'], { cwd: '/', capture: true }).catch(() => ({}));
  if (exitCode === 0) return 'ruby';
  await installed(['ruby', 'ruby-ffi'], 'it needs Ruby and its package ffi');
  return 'ruby';
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
