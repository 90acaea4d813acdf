import { describe, expect, it } from 'vitest';
import { GuestLinks } from '../../../../src/backends/vsphere/guest/guest-links.js';
import type { GuestFamily } from '../../../../src/backends/vsphere/guest/guest-path.js';
import type { GuestFileInfo } from '../../../../src/backends/vsphere/vim/generated/types.js';

/** Links of a guest with these directories, files, and links with their texts, and what it was asked for. */
function rig(family: GuestFamily, tree: Readonly<Record<string, 'directory' | 'file' | { readonly to?: string }>>) {
  const asked: string[] = [];
  const entryOf = async (path: string): Promise<GuestFileInfo | undefined> => {
    asked.push(path);
    const found = tree[path];
    if (found === undefined) return undefined;
    const type = typeof found === 'string' ? found : 'symlink';
    const symlinkTarget = typeof found === 'string' ? '' : found.to;
    return { path, type, size: 0, attributes: { $type: 'GuestPosixFileAttributes', symlinkTarget } };
  };
  return { links: new GuestLinks(family, entryOf), asked };
}

describe('a link of a POSIX guest', () => {
  const tree = {
    '/r': 'directory',
    '/r/real': 'directory',
    '/r/real/sub': 'directory',
    '/r/real/target': 'file',
    '/r/target': 'file',
    '/r/short': { to: 'real/sub' },
    '/r/shorter': { to: '/r/short' },
    '/r/short/link': { to: '../target' },
    '/r/shorter/link': { to: '../target' },
    '/r/short/twice': { to: './/../../real/../target' },
    '/r/short/dangling': { to: '../made' },
    '/r/short/lost': { to: '../none/../made' },
    '/r/short/wrong': { to: '../target/../made' },
    '/r/plain': { to: 'real/target' },
    '/r/plainer': { to: '/r/plain' },
    '/r/top': { to: '../../../../r/target' },
    '/r/loop': { to: '../r/loop' },
    '/r/out': { to: 'out/../x' },
  } as const;

  it.each([
    { path: '/r/target', end: '/r/target', asked: ['/r/target'] },
    { path: '/r/plainer', end: '/r/real/target', asked: ['/r/plainer', '/r/plain', '/r/real/target'] },
    {
      path: '/r/short/link',
      end: '/r/real/target',
      asked: ['/r/short/link', '/r/short', '/r/real/sub', '/r/real/target'],
    },
    {
      path: '/r/shorter/link',
      end: '/r/real/target',
      asked: ['/r/shorter/link', '/r/shorter', '/r/short', '/r/real/sub', '/r/real/target'],
    },
    {
      path: '/r/short/twice',
      end: '/r/target',
      asked: ['/r/short/twice', '/r/short', '/r/real/sub', '/r/real', '/r/target'],
    },
    { path: '/r/top', end: '/r/target', asked: ['/r/top', '/r', '/r/target'] },
    { path: '/r/short/../target', end: '/r/real/target', asked: ['/r/short', '/r/real/sub', '/r/real/target'] },
  ])(
    'goes by where its directory really is, and leads to a path without steps up: $path',
    async ({ path, end, asked }) => {
      const guest = rig('posix', tree);
      expect(await guest.links.end(path)).toMatchObject({ path: end, entry: { type: 'file' } });
      expect(guest.asked).toEqual(asked);
    },
  );

  it('may lead to nothing', async () => {
    expect(await rig('posix', tree).links.end('/r/short/dangling')).toEqual({ path: '/r/real/made' });
  });

  it.each([
    ['/r/short/lost', 'file-not-found'],
    ['/r/short/wrong', 'not-a-directory'],
    ['/r/loop', 'too-many-links'],
    ['/r/out', 'too-many-links'],
  ])('may lead nowhere: %s', async (path, kind) => {
    const { links, asked } = rig('posix', tree);
    await expect(links.end(path)).rejects.toMatchObject({ kind });
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('of a directory with many asks for that directory once', async () => {
    const { links, asked } = rig('posix', tree);
    for (const name of ['link', 'dangling', 'link']) await links.end(`/r/short/${name}`);
    expect(asked.filter((path) => path === '/r/short')).toHaveLength(1);
  });
});

it('a link whose text the guest does not tell is its own end', async () => {
  const { links } = rig('windows', { 'C:\\r\\link': {} });
  expect(await links.end('C:\\r\\link')).toMatchObject({ path: 'C:\\r\\link', entry: { type: 'symlink' } });
});

it.each([
  ['..\\target', 'C:\\target'],
  ['\\target', 'C:\\target'],
  ['D:\\target', 'D:\\target'],
])('a link of a Windows guest goes by the text of its path: %s', async (to, end) => {
  const { links, asked } = rig('windows', { 'C:\\r\\link': { to } });
  expect(await links.end('C:\\r\\link')).toEqual({ path: end });
  expect(asked).toEqual(['C:\\r\\link', end]);
});
