import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { version, bin } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
};

/** What a command of the package prints, whatever its status. */
function printed(name: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`${root}${bin[name] ?? ''}`, ...words], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

it('The bundled commands know their version', { timeout: 60_000 }, async () => {
  const [revix, vmrun] = await Promise.all([printed('revix', ['--version']), printed('vmrun', [])]);
  expect(revix).toBe(`revix ${version}\n`);
  expect(vmrun).toContain(`(Revix ${version})`);
});
