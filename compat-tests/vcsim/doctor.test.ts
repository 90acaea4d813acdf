import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CheckReport, DoctorReport } from 'revix/doctor';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { startVcsim } from '../support/vcsim.js';

const command = join(fileURLToPath(new URL('../../dist/bin', import.meta.url)), 'revix.js');

/** Runs `revix doctor --json` as its users do, where a configuration pins the certificate of the host. */
async function examine(thumbprint: string, words: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'revix-doctor-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const config = { providers: { 'vi-server': { backend: 'vsphere', options: { tls: { thumbprint } } } } };
  writeFileSync(join(directory, 'revix.config.json'), JSON.stringify(config));
  const env = { ...process.env, REVIX_HOME: directory };
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile(process.execPath, [command, 'doctor', '--json', ...words], { cwd: directory, env }, (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout: out });
    });
  });
  const report = JSON.parse(stdout) as DoctorReport;
  const check = (id: string): CheckReport | undefined => report.checks.find((each) => each.id === id);
  return { code, report, check };
}

describe.skipIf(lacks('vcsim'))("revix doctor over VMware's simulator", () => {
  it.each([
    ['a vCenter', [], 'VirtualCenter', 4, '[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx'],
    ['an ESXi host', ['-esx'], 'HostAgent', 2, '[LocalDS_0] ha-host_VM0/ha-host_VM0.vmx'],
  ] as const)('finds its way through %s to a guest without Tools', async (_, flags, apiType, visible, vm) => {
    const vcsim = await startVcsim({ flags: ['-username', 'user', '-password', 'pass', ...flags] });
    onTestFinished(() => vcsim.stop());
    const host = ['-T', 'vc', '-h', vcsim.url, '-u', 'user'];
    const { code, report, check } = await examine(vcsim.thumbprint, [...host, '-p', 'pass', vm]);
    expect(report.checks.filter(({ status }) => status === 'red').map(({ id }) => id)).toEqual(['vm.tools']);
    expect(code).toBe(1);
    expect(check('host.trust')).toMatchObject({ status: 'green', facts: { sha256: vcsim.thumbprint } });
    expect(check('host.api')?.facts).toMatchObject({ apiType });
    expect(check('host.login')?.facts).toMatchObject({ user: 'user' });
    expect(check('host.session')?.facts).toMatchObject({ sessions: 1 });
    expect(check('host.machines')?.facts).toMatchObject({ visible });
    expect(check('vm.found')?.facts).toMatchObject({ path: vm });
    expect(check('vm.power')?.status).toBe('green');
  });

  it('tells a wrong password, and machines that are alike', async () => {
    const vcsim = await startVcsim({ flags: ['-username', 'user', '-password', 'pass'] });
    onTestFinished(() => vcsim.stop());
    const host = ['-T', 'vc', '-h', vcsim.url, '-u', 'user'];
    const refused = await examine(vcsim.thumbprint, [...host, '-p', 'wrong']);
    expect(refused.check('host.login')).toMatchObject({ status: 'red', problem: 'wrong-password' });
    const vm = '[LocalDS_0] dc0_h0_vm0/DC0_H0_VM0.vmx';
    const { check } = await examine(vcsim.thumbprint, [...host, '-p', 'pass', vm]);
    expect(check('vm.found')).toMatchObject({ status: 'red', problem: 'similar-found' });
  });
});
