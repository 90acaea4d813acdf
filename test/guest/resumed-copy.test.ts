import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SizedContent } from '../../src/backends/backend.js';
import { Fault } from '../../src/base/fault.js';
import { copyFromGuest, copyToGuest } from '../../src/guest/tree-copy.js';
import { whileMoving } from '../backends/vsphere/fake-connection.js';
import { GuestRig } from './guest-rig.js';

let here = '';

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'revix-resume-'));
});

afterEach(() => rmSync(here, { recursive: true, force: true }));

/** A transfer that broke off, which the same call may complete. */
const broken = new Fault('connection-lost', 'the transfer broke off', { retryable: 'same-call' });

/** The first bytes of a content of six. @param then what happens before it breaks off. */
function firstOf(text: string, then: () => void = () => undefined): SizedContent {
  const chunks = (async function* () {
    yield Buffer.from(text);
    then();
    throw broken;
  })();
  return { size: 6, chunks };
}

describe('a copy to the guest that breaks off', () => {
  it('sends its file anew, and only that one, when it is to be resumed', async () => {
    const rig = new GuestRig();
    writeFileSync(join(here, 'one'), 'one');
    writeFileSync(join(here, 'two'), 'two');
    rig.control.once('files.write', broken);
    const copy = copyToGuest(rig.session, here, '/target', rig.call, { isResumed: true });
    await whileMoving(rig.clock, 100, copy);
    expect([rig.guest.text('/target/one'), rig.guest.text('/target/two')]).toEqual(['one', 'two']);
    expect(rig.control.of('files.write')).toHaveLength(3);
  });

  it('fails otherwise', async () => {
    const rig = new GuestRig();
    writeFileSync(join(here, 'one'), 'one');
    rig.control.once('files.write', broken);
    await expect(copyToGuest(rig.session, join(here, 'one'), '/one', rig.call)).rejects.toBe(broken);
  });
});

describe('a copy from the guest that breaks off', () => {
  it('goes on where it ended', async () => {
    const rig = new GuestRig();
    rig.guest.file('/a', 'abcdef');
    rig.control.once('files.read', () => firstOf('abc'));
    const copy = copyFromGuest(rig.session, '/a', join(here, 'a'), rig.call, { isResumed: true });
    await whileMoving(rig.clock, 100, copy);
    expect(readFileSync(join(here, 'a'), 'utf8')).toBe('abcdef');
    expect(rig.control.of('files.read').map(({ args }) => args)).toEqual([['/a'], ['/a', 3]]);
  });

  it('says that the file has changed meanwhile, and keeps the old one', async () => {
    const rig = new GuestRig();
    rig.guest.file('/a', 'abcdef');
    writeFileSync(join(here, 'a'), 'old');
    rig.control.once('files.read', () => firstOf('abc', () => rig.guest.file('/a', 'another')));
    const copy = copyFromGuest(rig.session, '/a', join(here, 'a'), rig.call, { isResumed: true });
    await expect(whileMoving(rig.clock, 100, copy)).rejects.toThrow('/a in the guest changed while it was copied');
    expect([readFileSync(join(here, 'a'), 'utf8'), readdirSync(here)]).toEqual(['old', ['a']]);
  });
});
