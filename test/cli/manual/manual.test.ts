import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandReference } from '../../../src/cli/manual/command-reference.js';
import { revixManual } from '../../../src/cli/manual/revix-manual.js';
import { escapeRoff } from '../../../src/cli/manual/roff.js';
import { vmrunManual } from '../../../src/cli/manual/vmrun-manual.js';
import { flagOf } from '../../../src/cli/revix/command.js';
import { revixCommands } from '../../../src/cli/revix/command-table.js';
import { commands as vmrunCommands } from '../../../src/cli/vmrun/command-table.js';

const pages = { revix: revixManual(revixCommands), vmrun: vmrunManual() };
const hasGroff = spawnSync('groff', ['-man', '-z'], { input: '' }).status === 0;

describe('the manual pages', () => {
  it('name every command and every option', () => {
    for (const { name, options } of revixCommands) {
      expect(pages.revix).toContain(`.SS ${escapeRoff(name)}\n`);
      for (const option of Object.keys(options)) expect(pages.revix).toContain(escapeRoff(flagOf(option)));
    }
    for (const { name } of vmrunCommands) expect(pages.vmrun).toContain(`\\fB${escapeRoff(name)}\\fR`);
  });

  it('have no text that roff takes for an order', () => {
    expect(escapeRoff(".x a\\b 'c' -d")).toBe(String.raw`\&.x a\eb \(aqc\(aq \-d`);
    const known = /^\.(?:\\"|TH|SH|SS|TP|PP|RS|RE|nf|fi)(?: |$)/;
    const orders = Object.values(pages).flatMap((page) => page.split('\n').filter((line) => /^[.']/.test(line)));
    expect(orders.filter((line) => !known.test(line))).toEqual([]);
  });

  it.skipIf(!hasGroff).each(['revix', 'vmrun'] as const)('%s(1) is well to groff', (name) => {
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z'], { input: pages[name], encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

it('The reference shows each option of a command in a table that Markdown can read', () => {
  const reference = commandReference(revixCommands);
  for (const { name } of revixCommands) expect(reference).toContain(`### \`revix ${name}\``);
  const rows = reference.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.filter((line) => line.replaceAll(String.raw`\|`, '').split('|').length !== 4)).toEqual([]);
});
