import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inRepository, TempProject } from './temp-project.js';

/** Pages whose code is part of the examples, which `test/examples/docs.test.ts` checks. */
const ofExamples = ['docs/mock.md', 'docs/porting.md'];

/** What the text around each block has given it, by page and in the order of the blocks. */
const given: Readonly<Record<string, readonly string[]>> = {
  'README.md': [
    `import { VIX_FAILED, VIX_INVALID_HANDLE, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, VIX_PROPERTY_NONE,
       VIX_VMPOWEROP_NORMAL, VixJob_Wait, VixVM_PowerOn, VixVM_RunProgramInGuest, Vix_GetErrorText, Vix_Out,
       Vix_ReleaseHandle, type VixError, type VixHandle } from 'revix';
     declare let jobHandle: VixHandle, err: VixError;
     declare const vmHandle: VixHandle;
     const exitCode = Vix_Out<number>();`,
  ],
  'docs/client.md': [
    `declare const userName: string, password: string, guestPassword: string;`,
    `import type { Guest } from 'revix/client';
     declare const guest: Guest;`,
    `import type { Vm } from 'revix/client';
     declare const vm: Vm;`,
  ],
  'docs/com.md': [
    `import { Constants, CreateObject, Vix_Out, type IHost } from 'revix/com/sync';
     const results = Vix_Out<unknown>();`,
  ],
  'docs/doctor.md': [`declare const output: string;`],
  'docs/simple.md': [
    `import { GetErrorText, HostConnect, VIX_API_VERSION, VIX_INVALID_HANDLE, VIX_OK,
       VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, VMRunProgramInGuestEx, type VixHandle } from 'revix/simple/sync';
     declare const vm: VixHandle;`,
  ],
  'docs/simulator.md': [
    ``,
    `declare function programUnderTest(url: string, certificate: string | undefined): Promise<void>;`,
    `import type { Simulator } from 'revix/simulator';
     declare const simulator: Simulator;`,
  ],
  'docs/sync.md': [``, ``, ``],
  'docs/testing.md': [
    ``,
    `import { runConformance } from 'revix/testing';
     import { makeMyTarget, runner } from './my-target.js';`,
    `import { CallRecord, runConformance } from 'revix/testing';
     import { makeMyTarget, runner } from './my-target.js';`,
  ],
  'docs/trace.md': [`declare const text: string;`],
  'docs/virtual-server.md': [`import { CreateObject } from 'revix/virtual-server/sync';`],
  'docs/vsphere-client.md': [
    `declare const password: string, guestPassword: string;`,
    `import type { VsphereMachine } from 'revix/vsphere';
     declare const machine: VsphereMachine;
     declare const token: string;`,
  ],
  'docs/vsphere.md': [
    `import { VIX_API_VERSION, VIX_INVALID_HANDLE, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, VixHost_Connect } from 'revix';
     declare const password: string;`,
    `import { createVsphereBackend } from 'revix/vsphere';`,
  ],
};

const myTarget = `import type { ConformanceTarget, TestRunner, VmRole } from 'revix/testing';
export declare const runner: TestRunner;
export declare function makeMyTarget(roles: readonly VmRole[]): Promise<ConformanceTarget>;
`;

function blocksOf(page: string): string[] {
  const text = readFileSync(inRepository(page), 'utf8');
  return [...text.matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

/** A block as a module: what it imports or exports stands outside, the rest in a function, in which it may return. */
function moduleOf(block: string, before: string): string {
  const statement = /^(?:import\b.*?;|export\b.*?^\})$/gms;
  const code = `${before}\n${block}`.replaceAll(/^ +(?=import\b)/gm, '');
  const outside = code.match(statement) ?? [];
  const declared = /^ *declare\b.*;$/gm;
  const inside = code.replaceAll(statement, '').replaceAll(declared, '');
  return [...outside, ...(code.match(declared) ?? []), 'export async function block() {', inside, '}'].join('\n');
}

const pages = ['README.md', ...readdirSync(inRepository('docs')).map((name) => `docs/${name}`)]
  .filter((page) => page.endsWith('.md') && !ofExamples.includes(page))
  .filter((page) => blocksOf(page).length > 0);

it('the code of the pages compiles', async () => {
  expect(pages.toSorted()).toEqual(Object.keys(given).toSorted());
  const options = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false, rootDir: '.' };
  const project = new TempProject({
    'package.json': '{ "type": "module" }',
    'my-target.ts': myTarget,
    'tsconfig.json': JSON.stringify({ extends: './base.json', compilerOptions: options, include: ['*.ts'] }),
    'base.json': readFileSync(inRepository('tsconfig.json'), 'utf8'),
  });
  for (const page of pages) {
    const blocks = blocksOf(page);
    expect([page, blocks.length]).toEqual([page, given[page]?.length]);
    for (const [index, block] of blocks.entries()) {
      const name = page.replaceAll(/^docs\/|\.md$/g, '');
      project.write(`${name}-${index + 1}.ts`, moduleOf(block, given[page]?.[index] ?? ''));
    }
  }
  for (const name of ['@types', 'undici-types', 'vitest']) project.linkPackage(name);
  mkdirSync(join(project.root, 'node_modules'), { recursive: true });
  symlinkSync(inRepository('.'), join(project.root, 'node_modules', 'revix'), 'junction');
  const { exitCode, stdout } = await project.run(inRepository('node_modules/typescript/bin/tsc'), '--pretty', 'false');
  expect(stdout).toBe('');
  expect(exitCode).toBe(0);
});
