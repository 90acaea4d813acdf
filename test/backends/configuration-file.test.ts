import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVix } from '../../src/compose/create-vix.js';
import type { VixOptions } from '../../src/compose/vix-options.js';
import {
  VIX_E_FILE_NOT_FOUND,
  VIX_E_INVALID_ARG,
  VIX_OK,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
} from '../../src/vix/names.js';
import { FakeBackend } from '../fixtures/fake-backend.js';

let directory = '';
let before: string | undefined;

beforeEach(() => {
  before = process.env['REVIX_CONFIG'];
  delete process.env['REVIX_CONFIG'];
  directory = mkdtempSync(join(tmpdir(), 'revix-file-'));
});

afterEach(() => {
  if (before === undefined) delete process.env['REVIX_CONFIG'];
  else process.env['REVIX_CONFIG'] = before;
  rmSync(directory, { recursive: true, force: true });
});

function configFor(backend: string): unknown {
  return { providers: { workstation: { backend } } };
}

/** Connects as Workstation. @returns the error, its message, and which backend was asked. */
async function connect(options: Omit<VixOptions, 'backends'>): Promise<[number, string, string]> {
  const backends = [new FakeBackend('first'), new FakeBackend('second')];
  const vix = createVix({ ...options, backends });
  const job = vix.VixHost_Connect(-1, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, null, 0, null, null, 0, 0, null, null);
  const error = await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
  const asked = backends.filter((backend) => backend.control.of('connect').length > 0);
  const message = vix.Revix_GetJobMessage(job);
  await vix.Revix_Close();
  return [error, message, asked.map((backend) => backend.name).join()];
}

describe('the configuration', () => {
  it('may be missing', async () => {
    expect(await connect({})).toEqual([VIX_OK, '', 'first']);
  });

  it('is the file that REVIX_CONFIG names', async () => {
    const path = join(directory, 'any.json');
    writeFileSync(path, JSON.stringify(configFor('second')));
    process.env['REVIX_CONFIG'] = path;
    expect(await connect({})).toEqual([VIX_OK, '', 'second']);
    process.env['REVIX_CONFIG'] = relative(process.cwd(), path);
    expect(await connect({})).toEqual([VIX_OK, '', 'second']);
    process.env['REVIX_CONFIG'] = '';
    expect(await connect({})).toEqual([VIX_OK, '', 'first']);
  });

  it('given to createVix wins over REVIX_CONFIG, as a value or as a path', async () => {
    process.env['REVIX_CONFIG'] = join(directory, 'none.json');
    expect(await connect({ config: {} })).toEqual([VIX_OK, '', 'first']);
    const path = join(directory, 'mine.json');
    writeFileSync(path, JSON.stringify(configFor('second')));
    expect(await connect({ config: path })).toEqual([VIX_OK, '', 'second']);
  });

  it('that is missing or wrong fails the connection, and names the file', async () => {
    const path = join(directory, 'wrong.json');
    process.env['REVIX_CONFIG'] = path;
    const [missing, where, nobody] = await connect({});
    expect([missing, where, nobody]).toEqual([VIX_E_FILE_NOT_FOUND, expect.stringContaining(path), '']);
    writeFileSync(path, '{');
    const [broken, words] = await connect({});
    expect([broken, words]).toEqual([VIX_E_INVALID_ARG, expect.stringContaining(path)]);
    writeFileSync(path, JSON.stringify(configFor('third')));
    const [unknown, text] = await connect({});
    expect([unknown, text]).toEqual([VIX_E_INVALID_ARG, expect.stringContaining('"third"')]);
    expect(text).toContain('first, second');
  });
});
