import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { vimSchema } from '../../../src/backends/vsphere/vim/vim-schema.js';
import { functions } from '../../../src/vix/functions.js';

const page = readFileSync(new URL('../../../docs/vsphere.md', import.meta.url), 'utf8');
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rows = section('What each function does')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(' | '));
const codeIn = (text = ''): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);

/** Functions for hosts, machines and snapshots, by the names of today. */
const names = Object.keys(functions).filter((name) => /^Vix(Host|VM|Snapshot)_/.test(name));
const methods = rows.flatMap(([, methodCell]) => codeIn(methodCell)).filter((word) => /^[A-Z]\w*[a-z]/.test(word));
const calls = [...new Set(methods)].filter((word) => !/^(VIX|GET|PUT)/.test(word));

it('the page of vSphere has a row for every function', () => {
  const described = new Set(rows.flatMap(([functionCell]) => codeIn(functionCell)));
  expect(names.filter((name) => !described.has(name))).toEqual([]);
});

it('the page of vSphere names methods that there are, and every privilege that they need', () => {
  expect(calls.length).toBeGreaterThan(40);
  const privileges = section('Privileges');
  const managers = ['GuestAliasManager', 'GuestWindowsRegistryManager', 'VirtualMachineGuestCustomizationManager'];
  const beyond = vimSchema.methodNames().filter((name) => managers.includes(vimSchema.method(name)?.owner ?? ''));
  const missing = [...calls, ...beyond].flatMap((name) => {
    const method = vimSchema.method(name);
    if (method === undefined) return [`${name} is no method of vSphere`];
    return Object.values(method.privileges)
      .filter((privilege) => privilege !== 'System.Anonymous' && !privileges.includes(`\`${privilege}\``))
      .map((privilege) => `${privilege} of ${name}`);
  });
  expect(missing).toEqual([]);
});
