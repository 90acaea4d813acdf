// Runs the C programs that check the native library under sanitizers and valgrind, and many threads at random for some
// seconds, with and without killing the helper. Each program that ends well passes. Needs the build; says what it
// skips and why. Usage: node scripts/native-check.mjs [seconds of the random threads]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from './lib/tables.mjs';

const seconds = process.argv[2] ?? '20';
const programs = join(repoRoot, 'compat-tests', 'native');
const limitMs = 120_000;

/** Each way: compiler, its flags, and what the programs run under. TSan and ASan want a fixed layout of addresses. */
const ways = [
  { name: 'ThreadSanitizer', compiler: 'clang', flags: ['-fsanitize=thread'], under: ['setarch', '-R'] },
  {
    name: 'AddressSanitizer and UndefinedBehaviorSanitizer',
    compiler: 'clang',
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    under: ['setarch', '-R'],
  },
  {
    name: 'valgrind',
    compiler: 'cc',
    flags: [],
    under: ['valgrind', '-q', '--error-exitcode=9', '--leak-check=full', '--errors-for-leak-kinds=definite'],
  },
];

/** Runs of the programs of `behaviour`; the others take no arguments. `interrupt` and `child-outlives` need a tester. */
const runs = {
  exits: [['return'], ['exit-in-callback'], ['callback-blocks'], ['use-at-exit']],
  unload: [['LIBRARY']],
  interrupt: [],
  'child-outlives': [],
};

const totals = { passed: 0, failed: 0, skipped: 0 };

function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function must(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
}

function buildAll({ compiler, flags }, folder) {
  const native = join(repoRoot, 'native');
  const include = ['-I', join(native, 'include')];
  const library = join(folder, 'libvixAllProducts.so');
  const sources = readdirSync(join(native, 'src')).filter((name) => name.endsWith('.c') && !name.includes('windows'));
  const common = ['-g', '-O1', ...flags, ...include];
  must(compiler, [
    ...common,
    ...['-std=c11', '-fPIC', '-fvisibility=hidden', '-shared', '-Wl,-z,nodelete', '-o', library],
    ...sources.map((name) => join(native, 'src', name)),
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
  const isWell = status === 0 && stdout.endsWith('ok\n');
  totals[isWell ? 'passed' : 'failed'] += 1;
  const what = [program, ...args, ...(kills ? ['(helpers are killed)'] : [])].join(' ');
  console.log(`${isWell ? 'ok' : 'FAILED'}  ${way.name}: ${what}`);
  if (!isWell) console.log(`  ended with ${status ?? signal}\n${stdout}${stderr}`);
}

function check(way) {
  const missing = [way.compiler, way.under[0]].find((command) => !has(command));
  if (process.platform !== 'linux' || missing !== undefined) {
    totals.skipped += 1;
    console.log(`skipped: ${way.name}: ${missing === undefined ? 'only on Linux' : `${missing} is not installed`}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'revix-native-check-'));
  try {
    mkdirSync(folder, { recursive: true });
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
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const way of ways) check(way);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
