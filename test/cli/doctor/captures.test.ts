import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doctorCommand } from '../../../src/cli/doctor/doctor-command.js';
import type { DoctorValues } from '../../../src/cli/doctor/run-doctor.js';
import { parseArguments } from '../../../src/cli/revix/parse-command-line.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import { startDoctor } from './doctor-rig.js';

const env = { VC_PASSWORD: 'hunter22', GUEST_PASSWORD: 'password' };

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({
    users: [
      { name: 'automation@vsphere.local', password: env.VC_PASSWORD },
      { name: 'operator@vsphere.local', password: env.VC_PASSWORD, privileges: ['VirtualMachine.Interact.*'] },
    ],
  });
});

afterAll(() => simulator.close());

/** The command lines of the page, each with what it prints, and whether the beginning of that is left out. */
function captures() {
  const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n');
  return [...page.matchAll(/^```text\n\$ revix doctor ((?:[^\n]*\\\n)*[^\n]*)\n(\.\.\.\n)?(.*?)^```$/gms)].map(
    ([, line = '', dots, printed = '']) => ({
      words: [...line.matchAll(/"([^"]*)"|([^\s\\]+)/g)].map(([, quoted, bare = '']) => quoted ?? bare),
      isCut: dots !== undefined,
      printed,
    }),
  );
}

/** The text without what differs from one machine or day to the next, and so breaks its lines elsewhere. */
function steady(text: string): string {
  return text
    .replaceAll(/Revix [\d.]+ on Node [\d.]+, \w+ \w+/g, 'Revix VERSION on Node VERSION, SYSTEM')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/(?:[\dA-F]{2}:){19,}[\dA-F]{2}/g, 'THUMBPRINT')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What the doctor prints at a terminal of this size, in the names of the page. */
async function print(words: readonly string[], isPinned: boolean): Promise<string> {
  const { port } = new URL(simulator.url);
  const values = parseArguments(
    doctorCommand,
    words.map((word) => word.replace(/:8443$/, `:${port}`)),
  ) as unknown as DoctorValues;
  const tls = { thumbprint: simulator.thumbprint?.sha256 };
  const { terminal, directory, ending } = startDoctor({
    values: { ...values, timeout: 3600 },
    ...(isPinned ? { config: { providers: { 'vi-server': { backend: 'vsphere', options: { tls } } } } } : {}),
    around: { env: { ...env, NO_COLOR: '1' }, people: ['stdout'] },
    parts: { mockHome: '/home/anna/.revix/mock', lookup: async () => [{ address: '127.0.0.1', family: 4 }] },
  });
  const status = await ending;
  const text = terminal.written.stdout
    .replaceAll(new RegExp(`\\b${port}\\b`, 'g'), '8443')
    .replaceAll(directory, '/tmp/doctor-lab');
  return `${text}status ${status}\n`;
}

it('docs/doctor.md shows what the doctor prints', async () => {
  const shown = captures();
  expect(shown.length).toBe(3);
  for (const { words, isCut, printed } of shown) {
    const text = await print(words, printed.includes('pinned certificate;'));
    expect(steady(isCut ? text.slice(text.indexOf('\nHost\n')) : text)).toBe(steady(printed));
  }
});
