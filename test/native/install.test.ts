import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compile, findCompiler, libraryName } from '../../src/cli/native/build-library.js';
import { helperPath, programFolder, root, temporaryFolder, whyNotNative } from './native-build.js';

const run = promisify(execFile);
const timeout = 120_000;
const vixLibrary = libraryName(process.platform);

describe.skipIf(whyNotNative !== undefined)('revix native', { timeout }, () => {
  const folder = temporaryFolder('install');
  const { REVIX_HELPER: _, REVIX_CONFIG: __, ...environment } = process.env;
  const command = join(root, 'dist', 'bin', 'revix.js');
  const revix = (...words: string[]) => run(process.execPath, [command, ...words], { env: environment, timeout });

  const withoutCompiler = (...words: string[]) =>
    run(process.execPath, [command, ...words], { env: { ...environment, CC: '', PATH: '' }, timeout });

  it('installs what programs find, and removes it without a trace', { timeout }, async () => {
    const prefix = join(folder, 'well');
    const { stdout } = await revix('native', 'install', '--prefix', prefix);
    expect(stdout).toContain(`LD_LIBRARY_PATH=${prefix}/lib`);
    expect(stdout).toContain('vixwrapper-config.txt');
    // By each name and place that a client looks for below a prefix, it is the one library.
    const library = realpathSync(join(prefix, 'lib', 'vmware-vix', vixLibrary));
    for (const name of [
      vixLibrary,
      vixLibrary.replace('AllProducts', ''),
      vixLibrary.replace('vixAllProducts', 'vmware-vix'),
      `vmware-vix/${vixLibrary.replace('AllProducts', '')}`,
      `vmware-vix/lib/VIServer-2.0.0/64bit/${vixLibrary.replace('AllProducts', '')}`,
    ]) {
      expect(realpathSync(join(prefix, 'lib', name))).toBe(library);
    }

    // Linked by name, without a word about the helper; by the old path of the header too.
    const program = join(folder, 'open-vm');
    const paths = ['-I', join(prefix, 'include', 'vmware-vix'), '-L', join(prefix, 'lib')];
    await compile(findCompiler(process.env) ?? 'cc', [
      ...paths,
      join(programFolder, 'open-vm.c'),
      '-lvixAllProducts',
      '-o',
      program,
    ]);
    const env = { ...environment, LD_LIBRARY_PATH: join(prefix, 'lib') };
    expect((await run(program, [], { env, cwd: folder, timeout })).stdout).toContain('opened /vms/linux/linux.vmx');

    const { stdout: said } = await withoutCompiler('doctor', 'native', '--prefix', prefix);
    expect(said).toContain('ok      a C program loads it and connects');
    expect(said).not.toContain('PROBLEM');
    // Again over itself.
    await revix('native', 'install', '--prefix', prefix);
    await revix('native', 'uninstall', '--prefix', prefix);
    expect(readdirSync(prefix, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(['include', 'lib']);
  });

  it('leaves alone what is not its own', { timeout }, async () => {
    const prefix = join(folder, 'taken');
    mkdirSync(join(prefix, 'lib'), { recursive: true });
    writeFileSync(join(prefix, 'lib', 'libvix.so'), 'of VMware');
    await expect(revix('native', 'install', '--prefix', prefix)).rejects.toThrow(
      'Move it away, or give another --prefix',
    );
    expect(existsSync(join(prefix, 'lib', 'vmware-vix'))).toBe(false);
    await expect(revix('native', 'uninstall', '--prefix', prefix)).rejects.toThrow('nothing of Revix is installed');
    await expect(revix('doctor', 'native', '--prefix', prefix)).rejects.toMatchObject({
      stdout: expect.stringContaining('run `revix native install`'),
    });
    await expect(revix('native', 'explode')).rejects.toMatchObject({ code: 2 });
  });

  it('finds its helper where the environment says, else beside itself, else on the PATH', { timeout }, async () => {
    const prefix = join(folder, 'named');
    await revix('native', 'install', '--prefix', prefix);
    const beside = join(prefix, 'lib', 'vmware-vix', 'revix-helper.cjs');
    const said = join(folder, 'said');
    const named = join(folder, 'named-helper.cjs');
    const node = join(folder, 'named-node');
    writeFileSync(named, `require(${JSON.stringify(helperPath)});`);
    writeFileSync(node, `#!/bin/sh\necho "$1" >> '${said}'\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
    const program = join(folder, 'open-vm');
    /** What the Node of the environment was given, if it was started. */
    const startedBy = async (variables: Readonly<Record<string, string>>) => {
      writeFileSync(said, '');
      const env = { ...environment, LD_LIBRARY_PATH: join(prefix, 'lib'), ...variables };
      expect((await run(program, [], { env, cwd: folder, timeout })).stdout).toContain('opened /vms/linux/linux.vmx');
      return readFileSync(said, 'utf8');
    };
    expect(await startedBy({})).toBe('');
    expect(await startedBy({ REVIX_NODE: node })).toBe(`${beside}\n`);
    expect(await startedBy({ REVIX_NODE: node, REVIX_HELPER: named })).toBe(`${named}\n`);
    unlinkSync(beside);
    mkdirSync(join(folder, 'bin'));
    symlinkSync(command, join(folder, 'bin', 'revix'));
    expect(await startedBy({ PATH: `${join(folder, 'bin')}:${environment['PATH'] ?? ''}` })).toBe('');
  });
});
