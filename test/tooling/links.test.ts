import { describe, expect, it } from 'vitest';
import { inRepository, TempProject } from './temp-project.js';

async function checkLinks(files: Readonly<Record<string, string>>): Promise<string[]> {
  const project = new TempProject(files);
  const { exitCode, stdout } = await project.run(inRepository('scripts/check-links.mjs'), project.root);
  const lines = stdout.split('\n').filter((line) => line !== '');
  expect(exitCode).toBe(lines.length === 0 ? 0 : 1);
  return lines;
}

describe('the link check', () => {
  it('reports a file and a heading that are not there', async () => {
    const readme = [
      '[gone](docs/gone.md)',
      '',
      '[no such part](docs/guide.md#ende)',
      '[nor here](#nowhere)',
      '[by name][guide]',
      '',
      '[guide]: docs/guides.md',
    ].join('\n');
    expect(await checkLinks({ 'README.md': readme, 'docs/guide.md': '# Guide\n\n## The end\n' })).toEqual([
      'README.md:1: no such file: docs/gone.md',
      'README.md:3: no such heading: docs/guide.md#ende',
      'README.md:4: no such heading: #nowhere',
      'README.md:7: no such file: docs/guides.md',
    ]);
  });

  it('accepts what leads somewhere, and leaves the network and code alone', async () => {
    const readme = [
      '# What `npm start` does, step by step',
      '[itself](#what-npm-start-does-step-by-step) [folder](docs) [part](docs/guide.md#the-end-1 "twice")',
      '[web](https://example.org/x.md) [mail](mailto:a@example.org) `[code](nowhere.md)`',
      '```',
      '[code](nowhere.md)',
      '# no heading',
      '```',
    ].join('\n');
    const guide = '## The end\n\n## The end\n\n[up](../README.md)\n';
    expect(await checkLinks({ 'README.md': readme, 'docs/guide.md': guide })).toEqual([]);
  });
});
