import { describe, expect, it } from 'vitest';
import type { ConnectTarget, ProviderName } from '../../src/backends/backend.js';
import { parseConfig } from '../../src/backends/config.js';
import { BackendRegistry } from '../../src/backends/registry.js';
import { Fault } from '../../src/base/fault.js';
import { Secret } from '../../src/base/secret.js';
import { FakeBackend } from '../fixtures/fake-backend.js';

function target(provider: ProviderName = 'workstation', hostName: string | null = null): ConnectTarget {
  return {
    provider,
    hostName,
    hostPort: 0,
    userName: 'me',
    password: new Secret('mine'),
    verifyTls: false,
    settings: {},
  };
}

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('no fault was thrown');
}

const noConfig = { config: {}, source: 'the test', directory: '.' };

describe('BackendRegistry', () => {
  it('takes the first backend that accepts', () => {
    const [one, two, three] = [new FakeBackend('one'), new FakeBackend('two'), new FakeBackend('three')];
    one.claim = 'decline';
    const asked = target();
    const choice = new BackendRegistry([one, two, three], () => noConfig).choose(asked);
    expect(choice.module).toBe(two);
    expect(choice.target).toBe(asked);
    expect(choice.paths.toHost('/a')).toBe('/a');
  });

  it.each([
    ['the local host', null],
    ['host vc', 'vc'],
  ])('says that nobody answers on %s', (where, hostName) => {
    const one = new FakeBackend('one');
    one.claim = 'decline';
    const fault = faultOf(() => new BackendRegistry([one], () => noConfig).choose(target('player', hostName)));
    expect([fault.kind, fault.message]).toEqual(['not-supported', expect.stringContaining(`player on ${where}`)]);
    expect(fault.message).toContain('revix.config.json');
    expect(faultOf(() => new BackendRegistry([], () => noConfig).choose(target())).kind).toBe('not-supported');
  });

  it('goes by the configuration, even if the backend would decline', () => {
    const [one, two] = [new FakeBackend('one'), new FakeBackend('two')];
    two.claim = 'decline';
    const config = parseConfig(
      {
        providers: {
          workstation: {
            backend: 'two',
            url: 'https://vc/sdk',
            user: 'robot',
            paths: { '/a': '/b' },
            options: { insecure: true },
          },
        },
      },
      'the test',
    );
    const registry = new BackendRegistry([one, two], () => ({ config, source: 'the test', directory: '.' }));
    const choice = registry.choose(target());
    expect(choice.module).toBe(two);
    expect(choice.target).toEqual({
      ...target(),
      hostName: 'https://vc/sdk',
      userName: 'robot',
      settings: { insecure: true },
      settingsSource: 'the test: providers.workstation.options',
      settingsDirectory: '.',
    });
    expect(choice.paths.toHost('/a/x')).toBe('/b/x');
    expect(registry.choose(target('player')).module).toBe(one);
  });

  it('leaves what the configuration does not name as the program gave it', () => {
    const one = new FakeBackend('one');
    const registry = new BackendRegistry([one], () => ({
      config: { providers: { workstation: { backend: 'one' } } },
      source: 'the test',
      directory: '.',
    }));
    const asked = target('workstation', 'vc');
    expect(registry.choose(asked).target).toEqual({
      ...asked,
      settingsSource: 'the test: providers.workstation.options',
      settingsDirectory: '.',
    });
  });

  it('takes the password from where the configuration says, at each choice', () => {
    const one = new FakeBackend('one');
    const entry = { backend: 'one', password: { env: 'REVIX_TEST_REGISTRY' } };
    const registry = new BackendRegistry([one], () => ({
      config: { providers: { workstation: entry } },
      source: 'the test',
      directory: '.',
    }));
    const place = 'the test: providers.workstation.password';
    expect(faultOf(() => registry.choose(target())).message).toBe(
      `${place}: takes the password from the environment variable REVIX_TEST_REGISTRY, which is not set`,
    );
    process.env['REVIX_TEST_REGISTRY'] = 'hunter2';
    try {
      expect(registry.choose(target()).target.password?.reveal()).toBe('hunter2');
    } finally {
      delete process.env['REVIX_TEST_REGISTRY'];
    }
  });

  it('names a backend that does not exist, and those that do', () => {
    const registry = new BackendRegistry([new FakeBackend('one'), new FakeBackend('two')], () => ({
      config: { providers: { workstation: { backend: 'three' } } },
      source: 'the test',
      directory: '.',
    }));
    const fault = faultOf(() => registry.choose(target()));
    expect([fault.kind, fault.message]).toEqual([
      'invalid-argument',
      expect.stringContaining('the test: providers.workstation.backend: there is no backend "three"'),
    ]);
    expect(fault.message).toContain('one, two');
  });

  it('fails a choice, and not the start, for a bad configuration', () => {
    const registry = new BackendRegistry([new FakeBackend()], () => {
      throw new Fault('invalid-argument', 'bad file');
    });
    expect(faultOf(() => registry.choose(target())).message).toBe('bad file');
  });

  it('closes every backend, also when one fails', async () => {
    const [one, two] = [new FakeBackend('one'), new FakeBackend('two')];
    await new BackendRegistry([one, two], () => noConfig).close();
    expect([one.closed, two.closed]).toEqual([1, 1]);
    one.close = () => Promise.reject(new Fault('file-error', 'cannot write'));
    await expect(new BackendRegistry([one, two], () => noConfig).close()).rejects.toThrow('cannot write');
    expect(two.closed).toBe(2);
  });
});
