import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runNode, StepFailure, toolPath } from './process.mjs';

/** The oldest Node that the checking tools themselves start on. The package promises an older one. */
const oldestNodeForTools = [20, 19];

/**
 * Every check: its name as `npm run check -- <name>` takes it, and the arguments for Node.
 * They need what the build makes (types of the package's entry points, tables to generate from).
 */
const checks = [
  { name: 'format', args: (root) => [toolPath(root, 'oxfmt'), '--check'] },
  { name: 'lint', args: (root) => [toolPath(root, 'oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'imports', args: () => ['scripts/check-imports.mjs'] },
  { name: 'types', args: (root) => [toolPath(root, 'typescript', 'tsc'), '-p', 'tsconfig.json', '--pretty', 'false'] },
  {
    name: 'public-types',
    args: (root) => [toolPath(root, 'typescript', 'tsc'), '-p', 'tsconfig.types.json', '--pretty', 'false'],
  },
  { name: 'dead-code', args: (root) => [toolPath(root, 'knip'), '--no-progress', '--treat-config-hints-as-errors'] },
  { name: 'names', args: () => ['scripts/gen-names.mjs', '--check'] },
  { name: 'vim', args: () => ['scripts/gen-vim.mjs', '--check'] },
  { name: 'generated-native', args: () => ['scripts/gen-native.mjs', '--check'] },
  { name: 'generated-docs', args: () => ['scripts/gen-docs.mjs', '--check'] },
  { name: 'generated-command-docs', args: () => ['scripts/gen-command-docs.mjs', '--check'] },
  { name: 'generated-doors', args: () => ['scripts/gen-doors.mjs', '--check'] },
  { name: 'generated-trace-picture', args: () => ['scripts/gen-trace-picture.mjs', '--check'] },
  { name: 'vocabulary', args: () => ['scripts/check-vocabulary.mjs'] },
  { name: 'links', args: () => ['scripts/check-links.mjs'] },
  { name: 'package', args: (root) => [toolPath(root, 'publint'), '--strict'] },
];

/**
 * Runs the named checks, by default all, and prints one line for each, with the tool's output below a failed one.
 * @param {string} root
 * @param {readonly string[]} names
 * @returns {Promise<number>} 0 when all are well
 */
export async function runChecks(root, names) {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = checks.map((check) => check.name).join(', ');
    throw new StepFailure(`No such check: ${unknown.join(', ')}. There are: ${known}.`, 2);
  }
  requireNodeForTools();
  let failed = 0;
  for (const check of checks.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const problem = await runCheck(root, check);
    console.log(`${check.name}: ${problem ?? 'ok'}`);
    if (problem !== undefined) failed += 1;
  }
  if (failed > 0) console.log(`\nChecks that failed: ${failed}. \`npm run check -- <name>\` repeats a single one.`);
  return failed === 0 ? 0 : 1;
}

async function runCheck(root, check) {
  const args = check.args(root);
  if (!existsSync(join(root, args[0])) && !existsSync(args[0])) return `${args[0]} is missing`;
  const { exitCode, output } = await runNode(args, { cwd: root, capture: true });
  return exitCode === 0 ? undefined : `failed (code ${exitCode})\n${output.trimEnd()}`;
}

function requireNodeForTools() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestNodeForTools;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new StepFailure(
    `The checks need Node ${oldestNodeForTools.join('.')} or later, because the tools behind them do; ` +
      `this is ${process.versions.node}. \`npm start\` and \`npm test\` work here; run the checks under a newer Node.`,
  );
}
