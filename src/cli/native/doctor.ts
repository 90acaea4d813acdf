import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, nativeFolder } from './build-library.js';
import { installedLibrary } from './installation.js';
import { packageRoot } from '../package-root.js';

/** One thing that was looked at. */
export interface Finding {
  readonly isWell: boolean;
  readonly text: string;
}

/** A program that loads the library as an old one does, and connects to the mock host. */
const probe = `#include <stdio.h>
#include <vix.h>
int main(void)
{
    VixHandle host = VIX_INVALID_HANDLE;
    VixHandle job = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                    VIX_INVALID_HANDLE, NULL, NULL);
    VixError err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &host, VIX_PROPERTY_NONE);
    printf("%s", Vix_GetErrorText(err, NULL));
    return VIX_FAILED(err) ? 1 : 0;
}
`;

/** Looks at all that the native library needs: helper, compiler, installation, and loads the library. */
export async function examine(prefix: string, compiler: string | undefined): Promise<readonly Finding[]> {
  const helper = join(packageRoot(), 'dist', 'bindings', 'helper.cjs');
  const library = installedLibrary(prefix);
  const findings: Finding[] = [
    existsSync(helper)
      ? { isWell: true, text: `the helper is ${helper}` }
      : { isWell: false, text: `the helper ${helper} is missing; run \`npm run build\` in a clone` },
    { isWell: true, text: `Node is ${process.execPath}, ${process.version}` },
    compiler === undefined
      ? { isWell: false, text: 'there is no C compiler; install gcc or clang' }
      : { isWell: true, text: `the C compiler is ${compiler}` },
    library === undefined
      ? { isWell: false, text: `nothing is installed below ${prefix}; run \`revix native install\`` }
      : { isWell: true, text: `the library is ${library}` },
  ];
  if (library !== undefined && compiler !== undefined) findings.push(await load(library, compiler));
  return findings;
}

async function load(library: string, compiler: string): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'revix-doctor-'));
  const program = join(folder, 'probe');
  try {
    writeFileSync(`${program}.c`, probe);
    await compile(compiler, [
      '-I',
      join(nativeFolder(), 'include'),
      `${program}.c`,
      library,
      '-lpthread',
      '-o',
      program,
    ]);
    const { status, stdout, stderr } = spawnSync(program, [], { encoding: 'utf8' });
    const isWell = status === 0;
    return {
      isWell,
      text: isWell ? 'a C program loads it and connects' : `a C program cannot connect: ${stdout || stderr}`,
    };
  } catch (error) {
    return {
      isWell: false,
      text: `no program can be linked to it: ${error instanceof Error ? error.message : String(error)}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets this Node keep what it makes of the helper, which then starts faster. @returns false where that cannot be. */
export function warmHelper(): boolean {
  try {
    execFileSync(process.execPath, [join(packageRoot(), 'dist', 'bindings', 'helper.cjs'), '--make-cache'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
