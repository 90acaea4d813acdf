import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectVsphere, type GuestClient, type VsphereClient } from '../../../../src/backends/vsphere/index.js';
import { readAll } from '../../../../src/guest/sized-content.js';
import { startSimulator, type Simulator } from '../../../../src/simulator/index.js';

/** Links in a directory that is a link itself, on both families of guests. */
const machines = {
  posix: {
    guestOs: 'ubuntu-64',
    user: 'root',
    files: [
      { path: '/r/real/sub/kept', text: '' },
      { path: '/r/real/target', text: 'old' },
      { path: '/r/target', text: 'of another' },
      { path: '/r/short', linkTarget: 'real/sub' },
      { path: '/r/real/sub/link', linkTarget: '../target' },
      { path: '/r/real/sub/dangling', linkTarget: '../made' },
      { path: '/r/real/sub/lost', linkTarget: '../none/../target' },
      { path: '/odd/a b+(1)$.txt', linkTarget: '[x]' },
      { path: '/odd/[x]', linkTarget: 'end' },
      { path: '/odd/round', linkTarget: 'round' },
      { path: '/s/file', text: 'of all', owner: 'user' },
      { path: '/s/shut', mode: 0o711 },
      { path: '/s/shut/link', linkTarget: '../file' },
    ],
  },
  windows: {
    guestOs: 'windows9-64',
    user: 'Administrator',
    files: [
      { path: 'C:\\r\\real\\sub\\kept', text: '' },
      { path: 'C:\\r\\real\\target', text: 'old' },
      { path: 'C:\\r\\target', text: 'of another' },
      { path: 'C:\\r\\short', linkTarget: 'real\\sub' },
      { path: 'C:\\r\\real\\sub\\link', linkTarget: '..\\target' },
    ],
  },
} as const;

type Family = keyof typeof machines;

let simulator: Simulator;
let client: VsphereClient;

const locationOf = (family: Family): string => `[store] ${family}/${family}.vmx`;

beforeAll(async () => {
  const families = Object.entries(machines);
  simulator = await startSimulator({
    inventory: {
      vms: families.map(([name, { guestOs, files }]) => {
        return { name, location: `[store] ${name}/${name}.vmx`, guestOs, power: 'on', guest: { files: [...files] } };
      }),
    },
  });
  const thumbprint = simulator.thumbprint?.sha256 ?? '';
  client = await connectVsphere({ url: simulator.url, userName: 'user', password: 'pw', tls: { thumbprint } });
});

afterAll(async () => {
  await client.close();
  await simulator.close();
});

async function guestOf(family: Family): Promise<GuestClient> {
  const machine = await client.findMachine(locationOf(family));
  await machine.waitForGuestOperations();
  return machine.guest({ userName: machines[family].user, password: 'password' });
}

async function textOf(guest: GuestClient, path: string): Promise<string> {
  return new TextDecoder().decode(await readAll(await guest.readFile(path)));
}

async function namesIn(guest: GuestClient, filePath: string): Promise<readonly string[]> {
  return ((await guest.call('ListFilesInGuest', { filePath })).files ?? []).map(({ path }) => path).slice(2);
}

describe('a link with a step up, in a directory that is a link', () => {
  const big = 'x'.repeat(1024 * 1024 + 1);

  it.each([
    ['a small file', 'new', 'newer'],
    ['a large file', big, `${big}x`],
  ])('is read and written where the directory really is: %s', async (_size, text, other) => {
    const guest = await guestOf('posix');
    await guest.writeFile('/r/short/link', new TextEncoder().encode(text));
    expect(await textOf(guest, '/r/short/link')).toBe(text);
    expect(await textOf(guest, '/r/real/target')).toBe(text);
    expect(await textOf(guest, '/r/target')).toBe('of another');
    await guest.writeFile('/r/short/dangling', new TextEncoder().encode(other));
    expect(await textOf(guest, '/r/real/made')).toBe(other);
    expect(await namesIn(guest, '/r')).toEqual(['real', 'short', 'target']);
    expect(await namesIn(guest, '/r/real')).toEqual(['made', 'sub', 'target']);
    expect(await namesIn(guest, '/r/real/sub')).toEqual(['dangling', 'kept', 'link', 'lost']);
    await guest.call('DeleteFileInGuest', { filePath: '/r/real/made' });
  });

  it('leads nowhere where a directory on its way is missing', async () => {
    const guest = await guestOf('posix');
    const missing = { kind: 'file-not-found', message: expect.stringContaining('"/r/real/none"') as string };
    await expect(guest.readFile('/r/short/lost')).rejects.toMatchObject(missing);
    await expect(guest.writeFile('/r/short/lost', new Uint8Array(3))).rejects.toMatchObject(missing);
    expect(await namesIn(guest, '/r/real')).toEqual(['sub', 'target']);
  });

  it('is followed from a directory that its user may enter and not list', async () => {
    const machine = await client.findMachine(locationOf('posix'));
    await machine.waitForGuestOperations();
    const guest = await machine.guest({ userName: 'user', password: 'password' });
    expect(await textOf(guest, '/s/shut/link')).toBe('of all');
    await guest.writeFile('/s/shut/link', new TextEncoder().encode('new'));
    expect(await textOf(guest, '/s/file')).toBe('new');
  });

  it('leaves a path with a step up to its directory', async () => {
    const guest = await guestOf('posix');
    await guest.writeFile('/r/short/../new', new TextEncoder().encode('new'));
    expect(await namesIn(guest, '/r')).toEqual(['real', 'short', 'target']);
    expect(await textOf(guest, '/r/real/new')).toBe('new');
    await guest.call('DeleteFileInGuest', { filePath: '/r/real/new' });
  });

  it('is refused by a Windows guest, which tells no text of a link, and stays', async () => {
    const guest = await guestOf('windows');
    const refused = { kind: 'invalid-argument' };
    await expect(guest.readFile('C:\\r\\short\\link')).rejects.toMatchObject(refused);
    await expect(guest.writeFile('C:\\r\\short\\link', new Uint8Array(3))).rejects.toMatchObject(refused);
    expect((await guest.call('ListFilesInGuest', { filePath: 'C:\\r\\short\\link' })).files).toMatchObject([
      { type: 'symlink' },
    ]);
    expect(await textOf(guest, 'C:\\r\\real\\target')).toBe('old');
    expect(await textOf(guest, 'C:\\r\\target')).toBe('of another');
    await guest.writeFile('C:\\r\\short\\kept', new TextEncoder().encode('written'));
    expect(await textOf(guest, 'C:\\r\\real\\sub\\kept')).toBe('written');
  });
});

describe('a link that leads nowhere', () => {
  it('is followed by a write, whatever its name is made of, and stays', async () => {
    const guest = await guestOf('posix');
    const [path, listed] = ['/odd/a b+(1)$.txt', ['[x]', 'a b+(1)$.txt', 'end', 'round']];
    await expect(guest.readFile(path)).rejects.toMatchObject({
      kind: 'file-not-found',
      message: expect.stringContaining('"/odd/end"') as string,
    });
    await guest.writeFile(path, new TextEncoder().encode('made'));
    expect(await namesIn(guest, '/odd')).toEqual(listed);
    expect(await textOf(guest, '/odd/end')).toBe('made');
    expect(await textOf(guest, path)).toBe('made');
  });

  it('is told from one that leads back to itself', async () => {
    const guest = await guestOf('posix');
    const endless = { kind: 'too-many-links' };
    await expect(guest.writeFile('/odd/round', new Uint8Array(3))).rejects.toMatchObject(endless);
    await expect(guest.readFile('/odd/round')).rejects.toMatchObject(endless);
  });
});
