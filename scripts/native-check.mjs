// Runs the C programs that check the native library under sanitizers and valgrind, and many threads at random for some
// seconds, with and without killing the helper; feeds its reader with what a fuzzer makes up; and builds it for Windows.
// Each program that ends well passes. Needs the build; says what it skips and why.
// Usage: node scripts/native-check.mjs [seconds of the random threads and of the fuzzer]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from './lib/tables.mjs';

const seconds = process.argv[2] ?? '20';
const programs = join(repoRoot, 'compat-tests', 'native');
const limitMs = Number(seconds) * 1000 + 180_000;
const native = join(repoRoot, 'native');

/** Runs a program with a fixed layout of addresses, which the sanitizers want. */
const fixedLayout = ['setarch', '-R'];

/** Each way: compiler, its flags, and what the programs run under. */
const ways = [
  { name: 'ThreadSanitizer', compiler: 'clang', flags: ['-fsanitize=thread'], under: fixedLayout },
  {
    name: 'AddressSanitizer and UndefinedBehaviorSanitizer',
    compiler: 'clang',
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    under: fixedLayout,
  },
  {
    name: 'valgrind',
    compiler: 'cc',
    flags: [],
    under: ['valgrind', '-q', '--error-exitcode=9', '--leak-check=full', '--errors-for-leak-kinds=definite'],
  },
];

/** Runs of the programs of `behaviour`; the others take no arguments. Those without runs need a tester. */
const runs = {
  exits: [['return'], ['exit-in-callback'], ['callback-blocks'], ['use-at-exit']],
  unload: [['LIBRARY']],
  interrupt: [],
  'child-outlives': [],
  'cannot-start': [],
  'late-answer': [],
};

/** Compilers for Windows, and how VMware called the library for programs of their width. */
const windows = [
  { compiler: 'x86_64-w64-mingw32-gcc', library: 'Vix64AllProductsDyn.dll' },
  { compiler: 'i686-w64-mingw32-gcc', library: 'VixAllProductsDyn.dll' },
];

const totals = { passed: 0, failed: 0, skipped: 0 };

function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function must(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return stdout;
}

/** Sources of the library, with the platform part of that name, or without one. */
function sourcesWith(platform) {
  const isOther = (name) => name.startsWith('platform_') && name !== platform;
  return readdirSync(join(native, 'src'))
    .filter((name) => name.endsWith('.c') && !isOther(name))
    .map((name) => join(native, 'src', name));
}

/** Counts something that was checked and says how it ended. */
function note(isWell, what, said = '') {
  totals[isWell ? 'passed' : 'failed'] += 1;
  console.log(`${isWell ? 'ok' : 'FAILED'}  ${what}`);
  if (!isWell) console.log(said);
}

function skip(what, why) {
  totals.skipped += 1;
  console.log(`skipped: ${what}: ${why}`);
}

/** Runs something with a folder that goes afterwards. */
function inFolder(action) {
  const folder = mkdtempSync(join(tmpdir(), 'revix-native-check-'));
  try {
    action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildAll({ compiler, flags }, folder) {
  const include = ['-I', join(native, 'include')];
  const library = join(folder, 'libvixAllProducts.so');
  const common = ['-g', '-O1', ...flags, ...include];
  must(compiler, [
    ...common,
    ...['-std=c11', '-fPIC', '-fvisibility=hidden', '-shared', '-Wl,-z,nodelete', '-o', library],
    ...sourcesWith('platform_posix.c'),
    ...['-lpthread', '-ldl'],
  ]);
  const link = ['-L', folder, '-lvixAllProducts', '-lpthread', '-ldl', `-Wl,-rpath,${folder}`];
  for (const kind of ['behaviour', 'stress']) {
    for (const name of readdirSync(join(programs, kind)).filter((file) => file.endsWith('.c'))) {
      const source = join(programs, kind, name);
      must(compiler, [...common, '-std=gnu11', source, '-o', join(folder, name.slice(0, -2)), ...link]);
    }
  }
  return library;
}

function run(way, folder, program, args, kills = false) {
  const pid = join(folder, 'pid');
  const env = { ...process.env, REVIX_HELPER: join(folder, 'helper'), REVIX_CONFIG: '', PID_FILE: pid };
  // The programs that kill their helper find it by this; the random threads kill it only when they are told to.
  if (kills || program !== 'threads') env.HELPER_PID_FILE = pid;
  const [command, ...before] = way.under;
  const all = [...before, join(folder, program), ...args];
  const { status, signal, stdout, stderr } = spawnSync(command, all, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: limitMs,
  });
  const what = [program, ...args, ...(kills ? ['(helpers are killed)'] : [])].join(' ');
  const isWell = status === 0 && stdout.endsWith('ok\n');
  note(isWell, `${way.name}: ${what}`, `  ended with ${status ?? signal}\n${stdout}${stderr}`);
}

function check(way) {
  const missing = [way.compiler, way.under[0]].find((command) => !has(command));
  if (process.platform !== 'linux') return skip(way.name, 'only on Linux');
  if (missing !== undefined) return skip(way.name, `${missing} is not installed`);
  inFolder((folder) => {
    const helper = join(repoRoot, 'dist', 'bindings', 'helper.cjs');
    const script = `#!/bin/sh\nshift\necho $$ > "$PID_FILE"\nexec '${process.execPath}' '${helper}' "$@"\n`;
    writeFileSync(join(folder, 'helper'), script, { mode: 0o755 });
    const library = buildAll(way, folder);
    for (const file of readdirSync(join(programs, 'behaviour')).filter((name) => name.endsWith('.c'))) {
      const name = file.slice(0, -2);
      for (const args of runs[name] ?? [[]]) {
        run(
          way,
          folder,
          name,
          args.map((word) => (word === 'LIBRARY' ? library : word)),
        );
      }
    }
    if (way.name === 'valgrind') return;
    run(way, folder, 'threads', [seconds, '32']);
    run(way, folder, 'threads', [seconds, '32'], true);
  });
}

/** Lets libFuzzer make up what a helper says, starting from the files of the corpus. */
function fuzz() {
  const what = 'fuzzer of the reader';
  const missing = ['clang', fixedLayout[0]].find((command) => !has(command));
  if (missing !== undefined) return skip(what, `${missing} is not installed`);
  inFolder((folder) => {
    const program = join(folder, 'helper-says');
    const corpus = join(folder, 'corpus');
    cpSync(join(programs, 'fuzz', 'corpus'), corpus, { recursive: true });
    must('clang', [
      ...['-g', '-O1', '-std=gnu11', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
      ...['-I', join(native, 'include'), '-I', join(native, 'src')],
      ...[join(programs, 'fuzz', 'helper-says.c'), ...sourcesWith(), '-o', program],
    ]);
    const [command, ...before] = fixedLayout;
    const args = [...before, program, `-max_total_time=${seconds}`, '-max_len=1024', '-timeout=30', corpus];
    const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: limitMs });
    const found = readdirSync(folder).filter((name) => /^(crash|leak|oom|timeout)-/.test(name));
    const inputs = found.map((name) => `${name}: ${readFileSync(join(folder, name)).toString('hex')}\n`).join('');
    note(status === 0, `${what}, ${seconds} s`, `${stderr.slice(-20_000)}\n${inputs}`);
  });
}

/** Builds the library for Windows; nothing runs. It must export what vix.h declares. */
function buildForWindows({ compiler, library }) {
  if (!has(compiler)) return skip(library, `${compiler} is not installed`);
  inFolder((folder) => {
    const output = join(folder, library);
    const warnings = ['-Wall', '-Wextra', '-Werror'];
    must(compiler, [
      ...['-std=c11', '-O2', ...warnings, '-fvisibility=hidden', '-I', join(native, 'include')],
      ...['-shared', '-static-libgcc', '-o', output, ...sourcesWith('platform_windows.c')],
    ]);
    const exported = new Set(must(compiler.replace('-gcc', '-objdump'), ['-p', output]).split(/\s+/));
    const declared = readFileSync(join(native, 'include', 'vix.h'), 'utf8').matchAll(/\b(Vix\w*_\w+)\(/g);
    const absent = [...declared].map(([, name]) => name).filter((name) => !exported.has(name));
    note(absent.length === 0, `${library} is built`, `  without ${absent.join(', ')}`);
  });
}

for (const way of ways) check(way);
fuzz();
for (const build of windows) buildForWindows(build);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
