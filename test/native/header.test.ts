import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nativeFolder } from '../../src/cli/native/build-library.js';
import { temporaryFolder, whyNotNative } from './native-build.js';

const timeout = 60_000;

/** Standards by the names of the oldest compilers that know them. */
const standards = {
  c: ['c99', 'c11', 'c17', 'c2x'],
  'c++': ['c++98', 'c++03', 'c++11', 'c++14', 'c++17', 'c++20', 'c++2b'],
} as const;

const compilers = ['gcc', 'clang'].filter((name) => spawnSync(name, ['--version']).status === 0);
for (const name of ['gcc', 'clang']) {
  if (!compilers.includes(name)) console.log(`vix.h is not tested with ${name}: it is not installed.`);
}

/** Uses each name of the header once, in the ways that programs do. */
function programText(header: string): string {
  const functionNames = [...header.matchAll(/\b(Vix\w*_\w+)\(/g)].map(([, name]) => name);
  const constantNames = [...header.matchAll(/^ {4}(VIX_\w+) =/gm)].map(([, name]) => name);
  return `
#include <vix.h>
#include <vmware-vix/vix.h>
#include <vm_basic_types.h>
#include <revix.h>
#include <stdio.h>

static void callback(VixHandle handle, VixEventType eventType, VixHandle moreEventInfo, void *clientData)
{
    (void)handle; (void)moreEventInfo; (void)clientData;
    switch (eventType) {
    case VIX_EVENTTYPE_JOB_COMPLETED: break;
    case VIX_EVENTTYPE_FIND_ITEM: break;
    }
}

static VixHandle (*const openVm)(VixHandle, const char *, VixEventProc *, void *) = VixVM_Open;
static VixError (*const wait)(VixHandle, VixPropertyID, ...) = VixJob_Wait;
typedef char errorHas64Bits[sizeof(VixError) == 8 ? 1 : -1];
typedef char boolIsAByte[sizeof(Bool) == 1 ? 1 : -1];
typedef char handleHas32Bits[sizeof(VixHandle) == 4 ? 1 : -1];
typedef char int64Has64Bits[sizeof(int64) == 8 && sizeof(uint64) == 8 ? 1 : -1];
NORETURN void neverReturns(void);

int main(void)
{
    static const int numbers[] = { ${constantNames.join(', ')} };
    void (*functions[])(void) = { ${functionNames.map((name) => `(void (*)(void))${name}`).join(', ')} };
    VixError err = VIX_E_FAIL;
    int64 size = 1;
    Bool isOne = TRUE;
    VixPowerState state = VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_TOOLS_RUNNING;
    VixEventProc *proc = callback;
    if (VIX_FAILED(err) && !VIX_SUCCEEDED(err) && VIX_ERROR_CODE(err) == VIX_E_FAIL) isOne = FALSE;
    printf("%" FMT64 "d %" FMT64 "u %d %d %d\\n", size, err, isOne, state, numbers[0]);
    (void)proc; (void)openVm; (void)wait; (void)functions;
    return isOne ? VIX_OK : 1;
}
`;
}

describe.skipIf(whyNotNative !== undefined)('vix.h', { timeout }, () => {
  const folder = temporaryFolder('header');
  const include = join(nativeFolder(), 'include');

  beforeAll(() => {
    mkdirSync(join(folder, 'include'));
    symlinkSync(include, join(folder, 'include', 'vmware-vix'));
    writeFileSync(join(folder, 'program.c'), programText(readFileSync(join(include, 'vix.h'), 'utf8')));
  });

  it.each(
    compilers.flatMap((compiler) =>
      Object.entries(standards).flatMap(([language, names]) => names.map((std) => [compiler, std, language] as const)),
    ),
  )('compiles with %s as %s without a warning', { timeout }, (compiler, std, language) => {
    const warnings = ['-Wall', '-Wextra', '-pedantic', '-Werror'];
    const paths = ['-I', include, '-I', join(folder, 'include')];
    const source = join(folder, 'program.c');
    const args = ['-x', language, `-std=${std}`, ...warnings, ...paths, '-fsyntax-only', source];
    const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
