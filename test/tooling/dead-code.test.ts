import { describe, expect, it } from 'vitest';
import { inRepository, type Outcome, TempProject } from './temp-project.js';

/** knip itself starts on no older Node; `npm run check` says so. */
const hasNodeForKnip = process.versions.node.localeCompare('20.19.0', 'en', { numeric: true }) >= 0;

function findDeadCode(files: Readonly<Record<string, string>>): Promise<Outcome> {
  const project = new TempProject({
    'package.json': JSON.stringify({ name: 'revix', type: 'module', dependencies: { yaml: '*', valibot: '*' } }),
    'tsconfig.json': '{}',
    'src/index.ts': `import 'yaml';\nexport { used } from './used.js';\n`,
    ...files,
  });
  project.copyFromRepository('knip.json');
  return project.run(inRepository('node_modules/knip/bin/knip.js'), '--no-progress', '--no-config-hints');
}

describe.runIf(hasNodeForKnip)('the dead-code check', () => {
  it('reports an export, a file and a dependency that nobody uses', async () => {
    const { exitCode, stdout } = await findDeadCode({
      'src/used.ts': 'export const used = 1;\nexport const plantedExport = 2;\n',
      'src/planted-file.ts': 'export {};\n',
    });
    expect(stdout).toMatch(/plantedExport\s+src\/used\.ts:2/);
    expect(stdout).toContain('src/planted-file.ts');
    expect(stdout).toMatch(/valibot\s+package\.json/);
    expect(stdout).not.toMatch(/yaml\s+package\.json/);
    expect(exitCode).toBe(1);
  });

  it('passes when everything is used', async () => {
    const { exitCode, stdout } = await findDeadCode({
      'src/used.ts': `import 'valibot';\nexport const used = 1;\n`,
    });
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });
});
