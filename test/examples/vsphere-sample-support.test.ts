import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inRounds } from '../../examples/vsphere/support/in-rounds.js';
import { deferred } from '../../src/base/deferred.js';
import { parseProperties, SampleOptions } from '../../examples/vsphere/support/sample-options.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('the options of the samples', () => {
  it.each([
    ['--url', '--serverAddress'],
    ['--vmname', '--vmName'],
    ['--localoutputfilepath', '--local_output-filePath'],
  ])('%s and %s are one', (old, name) => {
    expect(new SampleOptions([name, 'value']).text(old)).toBe('value');
    expect(() => new SampleOptions([old, 'a', name, 'b'])).toThrow(`Duplicate key : ${name.slice(2)}`);
  });

  it.each([
    [[], false],
    [['--overwrite'], true],
    [['--overwrite', 'true'], true],
    [['--overwrite', 'YES'], true],
    [['--overwrite', 'false'], false],
    [['--overwrite', '--vmname', 'web'], true],
  ])('%j overwrite: %j', (words, expected) => {
    expect(new SampleOptions(words).flag('overwrite')).toBe(expected);
  });

  it('are no loose words', () => {
    expect(() => new SampleOptions(['web'])).toThrow('Not an option: web');
  });

  it('come from connection.properties where they are not given, from the first folder that has them', () => {
    const home = mkdtempSync(join(tmpdir(), 'revix-properties-'));
    const here = join(home, 'here');
    mkdirSync(here);
    writeFileSync(join(home, 'connection.properties'), 'connection.username=of home\n');
    writeFileSync(
      join(here, 'connection.properties'),
      'vimService.url=https://vc/sdk\nconnection.username=of here\nconnection.password=x\n',
    );
    const options = new SampleOptions(['--password', 'given']);
    options.addDefaults([home, here, join(home, 'absent')]);
    const values = ['url', 'username', 'password', 'vmname'].map((name) => options.text(name));
    expect(values).toEqual(['https://vc/sdk', 'of home', 'given', undefined]);
    rmSync(home, { recursive: true });
  });
});

it('files of properties are read as Java reads them', () => {
  const text = String.raw`
# a comment
! another one
plain=value
  spaced : out
by space
url=https\://vc\:443/sdk
empty=
key\ with\ spaces = \u0041\tb
long=one \
     two
`;
  expect(Object.fromEntries(parseProperties(text))).toEqual({
    plain: 'value',
    spaced: 'out',
    by: 'space',
    url: 'https://vc:443/sdk',
    empty: '',
    'key with spaces': 'A\tb',
    long: 'one two',
  });
});

it('a wait is told at its beginning and every five seconds, until its end', async () => {
  vi.useFakeTimers();
  let told = 0;
  const { promise, resolve } = deferred<number>();
  const ended = inRounds(promise, () => (told += 1));
  expect(told).toBe(1);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(told).toBe(3);
  resolve(7);
  expect(await ended).toBe(7);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([told, vi.getTimerCount()]).toEqual([3, 0]);
});
