import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { libraryName } from '../../src/cli/native/build-library.js';
import { examine } from '../../src/cli/native/doctor.js';

/** A folder with files by their paths; what begins with `#!` is a program. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'revix-doctor-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
    if (text.startsWith('#!')) chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const library = `lib/vmware-vix/${libraryName(process.platform)}`;
const list = 'lib/vmware-vix/revix-files.txt';
const helper = 'lib/vmware-vix/revix-helper.cjs';
const probe = 'lib/vmware-vix/revix-probe';

/** What the doctor says of an installation, a line each. */
function said(prefix: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  const findings = examine(prefix, { PATH: '', ...env });
  return findings.map(({ level, text }) => `${level} ${text.replaceAll(prefix, '<prefix>')}`);
}

describe.skipIf(process.platform === 'win32')('the doctor of the native library', () => {
  it('says what to do where nothing is', () => {
    expect(said(folderWith({}))).toEqual([
      'PROBLEM nothing is installed below <prefix>; run `revix native install --prefix <prefix>`',
      'PROBLEM no helper is found: run `revix native install`, or set REVIX_HELPER, or put `revix` on the PATH',
    ]);
  });

  it('follows the library: beside it first, then the PATH, and says what of an installation is missing', () => {
    const prefix = folderWith({ [list]: `${library}\n${helper}\n`, [library]: '', 'bin/revix': '#!/bin/sh\n' });
    const env = { PATH: join(prefix, 'bin'), LD_LIBRARY_PATH: `/elsewhere:${join(prefix, 'lib')}` };
    expect(said(prefix, env)).toEqual([
      `PROBLEM of the installation is missing: <prefix>/${helper}; run \`revix native install --prefix <prefix>\``,
      'ok the helper is <prefix>/bin/revix, from the PATH',
      'PROBLEM nothing tried to load it: its probe is not there; run `revix native install --prefix <prefix>`',
    ]);
    writeFileSync(join(prefix, helper), '');
    symlinkSync(process.execPath, join(prefix, 'lib', 'vmware-vix', 'revix-node'));
    expect(said(prefix, env).slice(0, 3)).toEqual([
      `ok the library is <prefix>/${library}, with its headers and links`,
      expect.stringMatching(/^ok the helper is .*revix-helper\.cjs, beside the library$/),
      expect.stringMatching(/^ok Node is .*, beside the library, v\d+/),
    ]);
  });

  it('warns of a helper and a Node that only the owner of the installation can use', () => {
    const prefix = folderWith({ [list]: `${library}\n`, [library]: '', 'own/revix/helper.cjs': '', 'bin/node': '' });
    symlinkSync(join(prefix, 'own', 'revix', 'helper.cjs'), join(prefix, helper));
    symlinkSync(join(prefix, 'bin', 'node'), join(prefix, 'lib', 'vmware-vix', 'revix-node'));
    const warnings = () => said(prefix).filter((line) => line.includes('other users'));
    chmodSync(join(prefix, 'own', 'revix'), 0o755);
    chmodSync(join(prefix, 'own'), 0o755);
    chmodSync(join(prefix, 'own', 'revix', 'helper.cjs'), 0o644);
    chmodSync(join(prefix, 'bin'), 0o755);
    chmodSync(join(prefix, 'bin', 'node'), 0o755);
    // The folder that all is in is closed too, but also to who looks for the library.
    expect(warnings()).toEqual([]);
    chmodSync(join(prefix, 'own'), 0o700);
    chmodSync(join(prefix, 'bin', 'node'), 0o700);
    const what = 'have Node and Revix where all may read and install again, or open it';
    expect(warnings()).toEqual([
      `WARNING other users cannot use <prefix>/own/revix/helper.cjs: <prefix>/own is closed to them; ${what}`,
      `WARNING other users cannot use <prefix>/bin/node: <prefix>/bin/node is closed to them; ${what}`,
    ]);
  });

  it('has the probe of the installation load the library, in the same environment', () => {
    const prefix = folderWith({
      [list]: `${library}\n`,
      [library]: '',
      [probe]: '#!/bin/sh\ntest -n "$IS_WELL" || { echo "$1: no such symbol"; exit 1; }\n',
    });
    expect(said(prefix, { IS_WELL: '1' }).at(-1)).toBe('ok a C program loads it and connects');
    expect(said(prefix).at(-1)).toBe(
      `PROBLEM a C program cannot load it and connect: <prefix>/${library}: no such symbol`,
    );
  });

  it('says what programs need that look for the library by name', () => {
    const prefix = folderWith({ [list]: `${library}\n`, [library]: '' });
    expect(said(prefix)).toContain('ok programs that look for it by name need LD_LIBRARY_PATH=<prefix>/lib');
  });

  it.each([
    ['REVIX_HELPER', '/no/such/helper.cjs', 'REVIX_HELPER names /no/such/helper.cjs, which cannot be used; correct it'],
    ['REVIX_NODE', '/no/such/node', 'REVIX_NODE names /no/such/node, which is no program; correct it'],
  ])('names a wrong %s', (name, value, text) => {
    const prefix = folderWith({ 'helper.cjs': '' });
    const env = { REVIX_HELPER: join(prefix, 'helper.cjs'), [name]: value };
    expect(said(prefix, env)).toContain(`PROBLEM ${text}, or unset it`);
  });

  it('refuses a Node that is too old, and what is none', () => {
    const prefix = folderWith({
      'helper.cjs': '',
      old: '#!/bin/sh\necho v20.17.9\n',
      other: '#!/bin/sh\necho hello\n',
    });
    const sayOf = (node: string) =>
      said(prefix, { REVIX_HELPER: join(prefix, 'helper.cjs'), REVIX_NODE: join(prefix, node) });
    expect(sayOf('old')).toContain('PROBLEM <prefix>/old, by REVIX_NODE, is v20.17.9; install Node 20.18 or later');
    expect(sayOf('other')).toContain('PROBLEM <prefix>/other, by REVIX_NODE, is no Node: hello');
  });
});
