import { describe, expect, it } from 'vitest';
import { inRepository, TempProject } from './temp-project.js';

/** Each rule that the project relies on, with the smallest file that breaks it. */
const planted: Readonly<Record<string, readonly [path: string, code: string]>> = {
  'typescript/no-floating-promises': ['src/api/a.ts', `export function go(): void {\n  Promise.resolve(1);\n}\n`],
  'typescript/no-misused-promises': [
    'src/api/b.ts',
    `export const list = [1].filter(async (item) => Promise.resolve(item > 1));\n`,
  ],
  'typescript/await-thenable': ['src/api/c.ts', `export async function go(): Promise<void> {\n  await 1;\n}\n`],
  'typescript/no-explicit-any': ['src/api/d.ts', `export const value: any = 1;\n`],
  'typescript/no-non-null-assertion': ['src/api/e.ts', `export const first = (list: string[]): string => list[0]!;\n`],
  'typescript/consistent-type-imports': [
    'src/api/f.ts',
    `import { Base } from './base.js';\nexport const same = (base: Base): Base => base;\n`,
  ],
  'typescript/ban-ts-comment': ['src/api/g.ts', `// @ts-ignore\nexport const value = 1;\n`],
  'typescript/switch-exhaustiveness-check': [
    'src/api/h.ts',
    `export function go(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      go('b');\n  }\n}\n`,
  ],
  'import/no-default-export': ['src/api/i.ts', `export default 1;\n`],
  'eslint/no-console': ['src/api/j.ts', `console.log(1);\n`],
  'eslint/no-warning-comments': ['src/api/k.ts', `// TODO later\nexport const value = 1;\n`],
  'eslint/max-lines': ['src/api/l.ts', 'export {};\n'.repeat(501)],
  'vitest/no-disabled-tests': ['test/a.test.ts', `import { it } from 'vitest';\nit.skip('a', () => {});\n`],
  'vitest/no-focused-tests': ['test/b.test.ts', `import { it } from 'vitest';\nit.only('a', () => {});\n`],
};

const clean = {
  'src/api/base.ts': 'export interface Base {\n  readonly name: string;\n}\n',
  'src/cli/print.ts': `/** A command may write to its terminal. */\nexport function print(text: string): void {\n  console.log(text);\n}\n`,
};

async function lint(files: Readonly<Record<string, string>>): Promise<{ exitCode: number | null; found: string[] }> {
  const project = new TempProject(files);
  project.copyFromRepository('.oxlintrc.json');
  project.copyFromRepository('tsconfig.json');
  for (const name of ['.bin', '@types']) project.linkPackage(name);
  const oxlint = inRepository('node_modules/oxlint/bin/oxlint');
  const { exitCode, stdout } = await project.run(
    oxlint,
    '--type-aware',
    '--deny-warnings',
    '--format=unix',
    'src',
    'test',
  );
  const found = [...stdout.matchAll(/^(.+?):\d+:\d+: .*\[Error\/(\w+)\(([\w-]+)\)\]$/gm)].map(
    ([, path, plugin, rule]) => `${path} ${plugin}/${rule}`,
  );
  return { exitCode, found };
}

describe('the lint rules', () => {
  it('report a planted violation of each', async () => {
    const files = Object.fromEntries(Object.values(planted));
    const { exitCode, found } = await lint({ ...clean, ...files });
    expect(exitCode).toBe(1);
    for (const [rule, [path]] of Object.entries(planted)) expect(found).toContain(`${path} ${rule}`);
  });

  it('let a clean file pass', async () => {
    expect(await lint(clean)).toEqual({ exitCode: 0, found: [] });
  });
});
