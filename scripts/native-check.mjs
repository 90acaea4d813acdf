// Runs the tests of the native library under sanitizers and valgrind, and many threads at random for some seconds, with
// and without killing the helper; feeds both readers of the protocol with what fuzzers make up; and builds the library
// for Windows. Needs the build; says what it skips and why, which fails on CI.
// Usage: node scripts/native-check.mjs [seconds of the random threads and of the fuzzers; valgrind takes a third]
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from './lib/tables.mjs';

const seconds = Number(process.argv[2] ?? '20');
const programs = join(repoRoot, 'compat-tests', 'native');
const limitMs = seconds * 1000 + 180_000;
const testLimitMs = 900_000;
const native = join(repoRoot, 'native');

/** Runs a program with a fixed layout of addresses, which the sanitizers want. */
const fixedLayout = ['setarch', '-R'];

/** Each way: how the tests call it, and for the random threads the compiler, its flags, and what they run under. */
const ways = [
  {
    name: 'ThreadSanitizer',
    tool: 'thread',
    compiler: 'clang',
    flags: ['-fsanitize=thread'],
    under: fixedLayout,
    seconds,
  },
  {
    name: 'AddressSanitizer and UndefinedBehaviorSanitizer',
    tool: 'address',
    compiler: 'clang',
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    under: fixedLayout,
    seconds,
  },
  {
    name: 'valgrind',
    tool: 'valgrind',
    compiler: 'gcc',
    flags: [],
    // A forked child has no other threads, so what these hold looks lost there.
    under: [
      ...['valgrind', '-q', '--error-exitcode=9', '--child-silent-after-fork=yes'],
      ...['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'],
    ],
    // It runs one thread at a time.
    seconds: Math.ceil(seconds / 3),
  },
];

/** The tests that run programs in C. */
const tests = ['behaviour', 'functions', 'programs'].map((name) => join('test', 'native', `${name}.test.ts`));

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

/** Counts something that cannot be checked here; on CI everything must be there, so that it has failed. */
function skip(what, why) {
  const isFailure = process.env.CI !== undefined;
  totals[isFailure ? 'failed' : 'skipped'] += 1;
  console.log(`${isFailure ? 'FAILED  missing' : 'skipped'}: ${what}: ${why}`);
}

/** Runs something with a folder that goes afterwards. */
async function inFolder(action) {
  const folder = mkdtempSync(join(tmpdir(), 'revix-native-check-'));
  try {
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the library and the program of the random threads. */
function buildThreads({ compiler, flags }, folder) {
  const common = ['-g', '-O1', ...flags, '-I', join(native, 'include')];
  must(compiler, [
    ...[...common, '-std=c11', '-fPIC', '-fvisibility=hidden', '-shared', '-Wl,-z,nodelete'],
    ...['-o', join(folder, 'libvixAllProducts.so'), ...sourcesWith('platform_posix.c'), '-lpthread', '-ldl'],
  ]);
  must(compiler, [
    ...[...common, '-std=gnu11', join(programs, 'stress', 'threads.c'), '-o', join(folder, 'threads')],
    ...['-L', folder, '-lvixAllProducts', '-lpthread', '-ldl', `-Wl,-rpath,${folder}`],
  ]);
}

/** Runs a program to its end. @returns how it ended, and all that it said. */
async function run(command, args, options) {
  const child = spawn(command, args, options);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (data) => (said[stream] += data));
  const [status, signal] = await once(child, 'close');
  return { status, signal, ...said };
}

/** Lets 32 threads do what they like; helpers are killed meanwhile or not. @returns resolves when they have ended. */
async function runThreads({ name, under, seconds: duration }, folder, areKilled) {
  const pid = join(folder, 'pid');
  const env = { ...process.env, REVIX_HELPER: join(folder, 'helper'), REVIX_CONFIG: '', PID_FILE: pid };
  if (areKilled) env.HELPER_PID_FILE = pid;
  const [command, ...args] = [...under, join(folder, 'threads'), String(duration), '32'];
  const { status, signal, stdout, stderr } = await run(command, args, { cwd: folder, env, timeout: limitMs });
  const isWell = status === 0 && stdout.endsWith('ok\n');
  const what = `${name}: 32 threads for ${duration} s${areKilled ? ', helpers are killed' : ''}`;
  note(isWell, isWell ? `${what}: ${stderr.trim()}` : what, `  ended with ${status ?? signal}\n${stdout}${stderr}`);
}

/** Runs the tests under a tool, and adds up their totals. */
function runTests({ name, tool }) {
  console.log(`${name}: ${tests.join(' ')}`);
  const { stdout, stderr, signal } = spawnSync(process.execPath, ['scripts/run.mjs', 'test', ...tests], {
    cwd: repoRoot,
    env: { ...process.env, REVIX_WHOLE_PROOF: '1', REVIX_NATIVE_TOOL: tool },
    encoding: 'utf8',
    timeout: testLimitMs,
    maxBuffer: 2 ** 26,
  });
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(stdout) ?? [];
  totals.passed += Number(passed ?? 0);
  totals.skipped += Number(skipped ?? 0);
  // Without totals the run itself failed.
  totals.failed += Number(failed ?? 1);
  if (failed === '0') console.log(`ok  ${passed} tests under ${name}`);
  else console.log(`FAILED  tests under ${name} ${signal ?? ''}\n${stdout}${stderr}`);
}

/** Why a way cannot be gone here, if so. */
function whyNot(way) {
  if (process.platform !== 'linux') return 'only on Linux';
  const missing = [way.compiler, way.under[0]].find((command) => !has(command));
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Lets the random threads run in all of the ways side by side: how long they take is given. */
function checkThreads(possible) {
  return inFolder(async (parent) => {
    const folders = possible.map(({ tool }) => join(parent, tool));
    for (const [index, folder] of folders.entries()) {
      mkdirSync(folder);
      const helper = join(repoRoot, 'dist', 'bindings', 'helper.cjs');
      const script = `#!/bin/sh\nshift\necho $$ > "$PID_FILE"\nexec '${process.execPath}' '${helper}' "$@"\n`;
      writeFileSync(join(folder, 'helper'), script, { mode: 0o755 });
      buildThreads(possible[index], folder);
    }
    for (const areKilled of [false, true]) {
      await Promise.all(possible.map((way, index) => runThreads(way, folders[index], areKilled)));
    }
  });
}

/** Lets libFuzzer make up what a helper says, starting from the files of the corpus. */
async function fuzz() {
  const what = 'fuzzer of the library';
  const missing = ['clang', fixedLayout[0]].find((command) => !has(command));
  if (missing !== undefined) return skip(what, `${missing} is not installed`);
  await inFolder(async (folder) => {
    const program = join(folder, 'helper-says');
    const corpus = join(folder, 'corpus');
    cpSync(join(programs, 'fuzz', 'corpus'), corpus, { recursive: true });
    must('clang', [
      ...['-g', '-O1', '-std=gnu11', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
      ...['-I', join(native, 'include'), '-I', join(native, 'src')],
      ...[join(programs, 'fuzz', 'helper-says.c'), ...sourcesWith(), '-o', program],
    ]);
    const limits = [`-max_total_time=${seconds}`, '-max_len=1024', '-timeout=30'];
    const [command, ...args] = [...fixedLayout, program, ...limits, corpus];
    const { status, stderr } = await run(command, args, { cwd: folder, timeout: limitMs });
    const found = readdirSync(folder).filter((name) => /^(crash|leak|oom|timeout)-/.test(name));
    const inputs = found.map((name) => `${name}: ${readFileSync(join(folder, name)).toString('hex')}\n`).join('');
    note(status === 0, `${what}, ${seconds} s`, `${stderr.slice(-20_000)}\n${inputs}`);
  });
}

/** Lets a fuzzer make up what a client says to the helper's side. */
async function fuzzHelper() {
  const script = join(repoRoot, 'scripts', 'fuzz-helper.mjs');
  const { status, signal, stdout, stderr } = await run(process.execPath, [script, String(seconds)], {
    timeout: limitMs,
  });
  const said = `${stdout}${stderr}`;
  const what = `fuzzer of the helper, ${seconds} s`;
  const isWell = status === 0;
  note(
    isWell,
    isWell ? `${what}: ${said.trim().replaceAll('\n', '; ')}` : what,
    `  ended with ${status ?? signal}\n${said}`,
  );
}

/** Builds the library for Windows; nothing runs. It must export what vix.h declares. */
async function buildForWindows({ compiler, library }) {
  if (!has(compiler)) return skip(library, `${compiler} is not installed`);
  await inFolder((folder) => {
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

const reasons = new Map(ways.map((way) => [way, whyNot(way)]));
for (const [{ name }, reason] of reasons) if (reason !== undefined) skip(name, reason);
const possible = ways.filter((way) => reasons.get(way) === undefined);
for (const way of possible) runTests(way);
await checkThreads(possible);
await Promise.all([fuzz(), fuzzHelper()]);
for (const build of windows) await buildForWindows(build);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
