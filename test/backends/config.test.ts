import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig, readConfig, readPassword } from '../../src/backends/config.js';
import { Fault } from '../../src/base/fault.js';

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'revix-config-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('no fault was thrown');
}

describe('parseConfig', () => {
  it.each([
    {},
    { providers: {} },
    { providers: { workstation: { backend: 'vsphere' } } },
    {
      providers: {
        'vi-server': {
          backend: 'vsphere',
          url: 'https://vc/sdk',
          user: 'robot',
          password: { file: '/run/secrets/vc' },
          paths: { 'C:\\': '[ds] ' },
          options: { insecure: true, any: { thing: [1] } },
        },
      },
    },
  ])('takes %j', (config) => {
    expect(parseConfig(config, 'the test')).toEqual(config);
  });

  it.each<[string, unknown]>([
    ['(top level)', null],
    ['(top level)', []],
    ['(top level)', 'text'],
    ['provider', { provider: {} }],
    ['providers', { providers: [] }],
    ['providers.vmware', { providers: { vmware: { backend: 'x' } } }],
    ['providers.workstation.backend', { providers: { workstation: {} } }],
    ['providers.workstation.backend', { providers: { workstation: { backend: '' } } }],
    ['providers.workstation.backend', { providers: { workstation: { backend: 5 } } }],
    ['providers.player.uri', { providers: { player: { backend: 'x', uri: 'y' } } }],
    ['providers.player.password', { providers: { player: { backend: 'x', password: 'hunter2' } } }],
    ['providers.player.password', { providers: { player: { backend: 'x', password: { text: 'hunter2' } } } }],
    ['providers.player.password', { providers: { player: { backend: 'x', password: { env: '' } } } }],
    ['providers.player.password', { providers: { player: { backend: 'x', password: ['hunter2'] } } }],
    ['providers.player.paths', { providers: { player: { backend: 'x', paths: ['a'] } } }],
    ['providers.player.paths', { providers: { player: { backend: 'x', paths: { a: 5 } } } }],
    ['providers.player.options', { providers: { player: { backend: 'x', options: 5 } } }],
  ])('names the entry %s that is wrong, and the source', (path, config) => {
    const fault = faultOf(() => parseConfig(config, '/etc/revix.config.json'));
    expect(fault.kind).toBe('invalid-argument');
    expect(fault.message.startsWith(`/etc/revix.config.json: ${path}`)).toBe(true);
    expect(fault.message).toContain('Correct the entry');
    expect(fault.message).not.toContain('hunter2');
  });
});

it('names the keys that there are, in place of one that is not', () => {
  const message = (config: unknown): string => faultOf(() => parseConfig(config, 'the test')).message;
  expect(message({ providers: { foo: {} } })).toContain('providers.foo: unknown key; known are default, server');
  expect(message({ providers: { player: { backend: 'x', uri: 'y' } } })).toContain('known are backend, url, user');
});

describe('readConfig', () => {
  it('reads a file', () => {
    const path = join(directory, 'good.json');
    writeFileSync(path, '{"providers": {"default": {"backend": "mock"}}}');
    expect(readConfig(path)).toEqual({
      config: { providers: { default: { backend: 'mock' } } },
      source: path,
      directory,
    });
    writeFileSync(path, '\uFEFF{}');
    expect(readConfig(path)).toEqual({ config: {}, source: path, directory });
  });

  it('names a file that is missing, no JSON, or wrong', () => {
    const missing = join(directory, 'missing.json');
    const fault = faultOf(() => readConfig(missing));
    expect([fault.kind, fault.message]).toEqual(['file-not-found', expect.stringContaining(missing)]);
    const broken = join(directory, 'broken.json');
    for (const text of ['{', '', 'providers: {}']) {
      writeFileSync(broken, text);
      const problem = faultOf(() => readConfig(broken));
      expect([problem.kind, problem.message]).toEqual(['invalid-argument', expect.stringContaining(broken)]);
      expect(problem.message).toContain('JSON');
    }
    writeFileSync(broken, '{"providers": {"default": {}}}');
    expect(faultOf(() => readConfig(broken)).message).toContain(`${broken}: providers.default.backend`);
    expect(faultOf(() => readConfig(directory)).message).toContain(directory);
  });

  it('shows no password that stands in a file that is no JSON', () => {
    const path = join(directory, 'secret.json');
    for (const text of [
      '{"password": "hunter2" oops',
      '{"password": hunter2}',
      '{"user": "u", "password": hunter2,}',
    ]) {
      writeFileSync(path, text);
      const fault = faultOf(() => readConfig(path));
      expect(`${fault.message} ${String(fault.cause)}`).not.toContain('unter2');
    }
  });
});

describe('readPassword', () => {
  it('takes it from the environment, empty as well', () => {
    process.env['REVIX_TEST_SECRET'] = 'hunter2';
    try {
      const secret = readPassword({ env: 'REVIX_TEST_SECRET' }, directory);
      expect([secret.reveal(), String(secret)]).toEqual(['hunter2', '***']);
      process.env['REVIX_TEST_SECRET'] = '';
      expect(readPassword({ env: 'REVIX_TEST_SECRET' }, directory).reveal()).toBe('');
    } finally {
      delete process.env['REVIX_TEST_SECRET'];
    }
    const fault = faultOf(() => readPassword({ env: 'REVIX_TEST_SECRET' }, directory));
    expect([fault.kind, fault.message]).toEqual(['invalid-argument', expect.stringContaining('REVIX_TEST_SECRET')]);
  });

  it('takes it from a file, without the last line end', () => {
    const path = join(directory, 'password');
    for (const [content, expected] of [
      ['hunter2', 'hunter2'],
      ['hunter2\n', 'hunter2'],
      ['hunter2\r\n', 'hunter2'],
      ['hunter2\n\n', 'hunter2\n'],
      ['a b\t', 'a b\t'],
    ] as const) {
      writeFileSync(path, content);
      expect(readPassword({ file: path }, directory).reveal()).toBe(expected);
    }
    const missing = join(directory, 'none');
    const fault = faultOf(() => readPassword({ file: missing }, directory));
    expect([fault.kind, fault.message]).toEqual(['invalid-argument', expect.stringContaining(missing)]);
  });
});
