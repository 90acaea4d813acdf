import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { revixHome } from '../../src/cli/home.js';

it('takes the folder that REVIX_HOME names, and that of the home directory without it', () => {
  expect(revixHome({ REVIX_HOME: 'mine' }, () => '/home/me')).toBe(resolve('mine'));
  expect(revixHome({ REVIX_HOME: '' }, () => '/home/me')).toBe(join('/home/me', '.revix'));
});

it('takes the root for the home of a user who has none', () => {
  const home = revixHome({}, () => {
    throw new Error('uv_os_homedir returned ENOENT');
  });
  expect(home).toBe(resolve('/', '.revix'));
});
