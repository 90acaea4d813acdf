import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, nativeFolder } from './build-library.js';
import { type Finding, problem, well } from './finding.js';

/** A program that uses the library as an old one does: it connects to the local host. */
const program = `#include <stdio.h>
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

/** Longest time that the probe may take. */
const limitMs = 90_000;

/** Builds a program against a library, runs it, and says whether it could connect. */
export async function probe(
  library: string,
  compiler: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'revix-doctor-'));
  const path = join(folder, 'probe');
  try {
    writeFileSync(`${path}.c`, program);
    const include = ['-I', join(nativeFolder(), 'include')];
    await compile(compiler, [...include, `${path}.c`, library, '-lpthread', '-o', path]);
    const { status, stdout, stderr, error } = spawnSync(path, [], {
      encoding: 'utf8',
      env: { ...env },
      timeout: limitMs,
    });
    if (status === 0) return well('a C program loads it and connects');
    const said = [stdout, stderr, error?.message ?? ''].map((text) => text.trim()).find((text) => text !== '');
    return problem(`a C program loads it and cannot connect: ${said ?? `it ended with ${status}`}`);
  } catch (error) {
    return problem(`no program can be linked to it: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
