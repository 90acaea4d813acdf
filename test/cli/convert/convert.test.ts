import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { revixCommands } from '../../../src/cli/revix/command-table.js';
import { runRevix } from '../../../src/cli/revix/run-revix.js';
import { parseInventory } from '../../../src/world/inventory/parse-inventory.js';
import { VmxDocument } from '../../../src/world/store/vmx-file.js';
import { World } from '../../../src/world/world.js';
import { FakeTerminal } from '../fake-terminal.js';

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'revix-convert-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function convert(folder: string, ...words: readonly string[]) {
  const terminal = new FakeTerminal(folder, {});
  const status = await runRevix(['convert', '.', ...words], terminal, revixCommands);
  return { status, ...terminal.written };
}

/** The machines of the inventory that a command printed. */
async function machinesIn(folder: string, ...words: readonly string[]) {
  const { stdout } = await convert(folder, ...words);
  return parseInventory(stdout, 'converted').vms;
}

/** As Workstation writes it. */
const workstationVmx = `.encoding = "windows-1252"
#!/usr/bin/vmware
config.version = "8"
virtualHW.version = "19"
displayName = "B\u00fcro"
annotation = "Line one|0Aline |22two|22"
guestOS = "windows9-64"
memsize = "4096"
numvcpus = "2"
uuid.bios = "56 4d 0a 1b 2c 3d 4e 5f-60 71 82 93 a4 b5 c6 d7"
scsi0:0.fileName = "buero.vmdk"
ethernet0.present = "TRUE"
ethernet0.generatedAddress = "00:0C:29:B5:C6:D7"
ethernet1.present = "FALSE"
guestinfo.role = "front desk"
RemoteDisplay.vnc.key = "c2VjcmV0"
sharedFolder0.present = "TRUE"
sharedFolder0.enabled = "TRUE"
sharedFolder0.guestName = "share"
sharedFolder0.hostPath = "C:\\Users\\ann"
sharedFolder0.writeAccess = "TRUE"
sharedFolder1.present = "TRUE"
sharedFolder1.enabled = "FALSE"
sharedFolder1.guestName = "off"
sharedFolder1.hostPath = "C:\\off"
checkpoint.vmState = "buero-1.vmss"
vmware.tools.internalversion = "12389"
`.replaceAll('\n', '\r\n');

const snapshotDictionary = `.encoding = "UTF-8"
snapshot.lastUID = "3"
snapshot.current = "2"
snapshot0.uid = "1"
snapshot0.filename = "buero-Snapshot1.vmsn"
snapshot0.displayName = "fresh"
snapshot0.description = "before |22updates|22"
snapshot0.createTimeHigh = "388906"
snapshot1.uid = "2"
snapshot1.parent = "1"
snapshot1.displayName = "running"
snapshot1.type = "1"
snapshot2.uid = "3"
snapshot2.displayName = "other"
`;

describe('revix convert', () => {
  it('takes over what the files of a machine say', async () => {
    const folder = folderOf({
      'b/buero.vmx': Buffer.from(workstationVmx, 'latin1'),
      'b/buero.vmsd': snapshotDictionary,
      'b/buero-1.vmss': '',
    });
    const { status, stdout, stderr } = await convert(folder, '--root', '/vms/');
    expect(status).toBe(0);
    const path = join(folder, 'b', 'buero.vmx');
    expect(stderr).toBe(
      `revix: ${path}: secrets are left out: RemoteDisplay.vnc.key\n` +
        `revix: ${path}: sharedFolder1 is switched off or lacks its name or path; left out\n`,
    );
    expect(stdout).toMatch(/^# Made by `revix convert`/);
    expect(parseInventory(stdout, 'converted').vms).toEqual([
      {
        name: 'B\u00fcro',
        location: '/vms/b/buero.vmx',
        uuid: '564d0a1b-2c3d-4e5f-6071-8293a4b5c6d7',
        annotation: 'Line one\nline "two"',
        guestOs: 'windows9-64',
        cpuCount: 2,
        memoryMb: 4096,
        hardwareVersion: 19,
        power: 'suspended',
        tools: { version: 12389 },
        config: {
          'scsi0:0.fileName': 'buero.vmdk',
          'ethernet0.present': 'TRUE',
          'ethernet0.generatedAddress': '00:0C:29:B5:C6:D7',
          'ethernet1.present': 'FALSE',
          'guestinfo.role': 'front desk',
        },
        sharedFolders: [{ name: 'share', hostPath: 'C:\\Users\\ann', isWritable: true }],
        snapshots: [
          {
            name: 'fresh',
            description: 'before "updates"',
            children: [{ name: 'running', power: 'on', isCurrent: true }],
          },
          { name: 'other' },
        ],
        guest: { nics: [{ mac: '00:0c:29:b5:c6:d7' }] },
      },
    ]);
  });

  it('reads the encodings that VMware writes, and files that say next to nothing', async () => {
    const folder = folderOf({
      'gbk.vmx': Buffer.concat([
        Buffer.from('.encoding = "GBK"\ndisplayName = "'),
        Buffer.from([0xd6, 0xd0, 0xce, 0xc4]),
        Buffer.from('"\n'),
      ]),
      'sjis.vmx': Buffer.concat([
        Buffer.from('.encoding = "Shift_JIS"\ndisplayName = "'),
        Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
        Buffer.from('"\n'),
      ]),
      'bare.vmx': '',
      'template.VMX': 'templateVM = "TRUE"\nvmware.tools.internalversion = "0"\n',
    });
    const vms = await machinesIn(folder, '--root', '[ds1]');
    expect(vms).toEqual([
      { name: 'bare', location: '[ds1] bare.vmx' },
      { name: '\u4e2d\u6587', location: '[ds1] gbk.vmx' },
      { name: '\u65e5\u672c', location: '[ds1] sjis.vmx' },
      { name: 'template', location: '[ds1] template.VMX', isTemplate: true, tools: false },
    ]);
  });

  it('goes on past files that cannot be read, and names them', async () => {
    const folder = folderOf({
      'bad/quotes.vmx': 'displayName = "a\n',
      'bad/letters.vmx': Buffer.from([0x2e, 0x61, 0x3d, 0xff, 0x0a]),
      'bad/foreign.vmx': 'MZ\u0000\u0001 not a dictionary\n',
      'bad/folder.vmx/inner.vmx': 'displayName = "inner"\n',
      'good.vmx': 'displayName = "good"\nmemsize = "much"\nuuid.bios = "12"\ncheckpoint.vmState = "gone.vmss"\n',
      'good.vmsd': 'snapshot0.uid = "1\n',
      '.revix/own/own.vmx': 'displayName = "own"\n',
    });
    const { status, stdout, stderr } = await convert(folder, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout).vms).toEqual([
      { name: 'inner', location: join(folder, 'bad', 'folder.vmx', 'inner.vmx') },
      { name: 'good', location: join(folder, 'good.vmx') },
    ]);
    for (const line of [
      `${join('bad', 'quotes.vmx')}, line 1 cannot be read: its quotes do not match`,
      `${join('bad', 'letters.vmx')} is not text in the encoding UTF-8`,
      `${join('bad', 'foreign.vmx')}, line 1 cannot be read`,
      "memsize is 'much', not a whole number from 4 up; left out",
      "uuid.bios is '12', not 16 bytes in hexadecimal; left out",
      'it is suspended to gone.vmss, which is not there; it becomes off',
      'its snapshots are left out: ',
    ]) {
      expect(stderr).toContain(line);
    }
  });

  it('keeps secrets and encrypted parts out of what it writes', async () => {
    const folder = folderOf({
      'locked.vmx': 'displayName = "l"\nencryption.keySafe = "vmware:key/geheim"\nencryption.data = "geheim"\n',
    });
    const { stdout, stderr, status } = await convert(folder, '--output', 'lab.yaml');
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toContain('encryptionPassword must be added by hand');
    const written = readFileSync(join(folder, 'lab.yaml'), 'utf8');
    expect(stderr + written).not.toContain('geheim');
    expect(parseInventory(written, 'lab.yaml').vms).toMatchObject([{ name: 'l' }]);
  });

  it.each([
    [['--root', 'ds1'], 2, "--root takes an absolute path or [datastore], not 'ds1'"],
    [[], 1, 'there is no .vmx file in'],
  ])('refuses %j', async (words, status, message) => {
    const refusal = await convert(folderOf({ 'note.txt': '' }), ...words);
    expect(refusal).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('refuses a folder that is not there, and one in which nothing can be read', async () => {
    const folder = folderOf({ 'bad.vmx': '=' });
    expect((await convert(folder)).stderr).toContain('no .vmx file in');
    rmSync(join(folder, 'bad.vmx'));
    const terminal = new FakeTerminal(folder, {});
    expect(await runRevix(['convert', 'nowhere'], terminal, revixCommands)).toBe(1);
    expect(terminal.written.stderr).toContain('no such file or directory');
  });

  it('makes an inventory that loads, whatever the files say', { timeout: 60_000 }, async () => {
    const known = fc.constantFrom(
      ...['displayName', 'annotation', 'guestOS', 'memsize', 'numvcpus', 'virtualHW.version', 'uuid.bios', 'vc.uuid'],
      ...['checkpoint.vmState', 'vmware.tools.internalversion', 'templateVM', 'ethernet0.present'],
      ...['ethernet0.address', 'ethernet0.networkName', 'sharedFolder0.guestName', 'sharedFolder0.hostPath'],
      ...['guestinfo.x', '__proto__', 'constructor', '{n}'],
    );
    const key = fc.oneof(known, fc.string({ minLength: 1, unit: 'binary' }));
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('TRUE', '0', '3', '4096', '00:0c:29:b5:c6:d7', '{n}', 'yes', '0755', '2026-01-01', '~'),
    );
    const entries = fc.array(fc.tuple(key, value), { maxLength: 12 });
    const uid = fc.constantFrom('0', '1', '2', '3', '');
    const snapshots = fc.array(fc.tuple(uid, uid, value), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(entries, snapshots, uid, fc.boolean(), async (pairs, tree, current, isJson) => {
        const vmx = dictionaryOf(pairs);
        const vmsd = dictionaryOf([
          ['snapshot.current', current],
          ...tree.flatMap(([own, parent, name], index): [string, string][] => [
            [`snapshot${index}.uid`, own],
            [`snapshot${index}.parent`, parent],
            [`snapshot${index}.displayName`, name],
          ]),
        ]);
        const folder = folderOf({ 'a {n}/vm.vmx': vmx, 'a {n}/vm.vmsd': vmsd });
        const { stdout, stderr } = await convert(folder, ...(isJson ? ['--json'] : []));
        expect(stderr).not.toContain('line ');
        const inventory = parseInventory(stdout, 'converted');
        expect(inventory.vms).toHaveLength(1);
        const world = await World.create({ inventory, clock: new FakeClock() });
        expect(await world.store.ids()).toHaveLength(1);
        await world.close();
      }),
      { numRuns: 25 },
    );
  });
});

function dictionaryOf(pairs: readonly (readonly [string, string])[]): string {
  const document = VmxDocument.empty();
  for (const [key, value] of pairs) if (key.trim() !== '') document.set(key, value);
  return document.toString();
}
