import { describe, expect, it } from 'vitest';
import type { AliasSubject, GuestAliasSession } from '../../../src/world/vm/guest-alias-session.js';
import { call, fault, oneVm, session } from '../world-fixture.js';
import { one, other } from './certificates.js';

async function aliases(userName: string = 'user', guestOs: string = 'ubuntu-64'): Promise<GuestAliasSession> {
  const { vm } = await oneVm({ guestOs, power: 'on' });
  return session(vm, userName).aliases;
}

function alias(certificate: string, subject: AliasSubject, isMapped: boolean = false) {
  return { userName: 'user', certificate, isMapped, subject, comment: `for ${subject}` };
}

describe('guest aliases', () => {
  it('are added, listed and removed', async () => {
    const own = await aliases();
    await own.add(alias(one, null), call());
    await own.add(alias(one.replaceAll(/.{64}/gu, '$&\n'), 'ann'), call());
    await own.add(alias(other, 'ann', true), call());
    expect(await own.list('user', call())).toEqual([
      {
        certificate: one,
        aliases: [
          { subject: null, comment: 'for null' },
          { subject: 'ann', comment: 'for ann' },
        ],
      },
      { certificate: other, aliases: [{ subject: 'ann', comment: 'for ann' }] },
    ]);
    expect(await own.listMapped(call())).toEqual([{ certificate: other, userName: 'user', subjects: ['ann'] }]);
    await own.remove('user', one, null, call());
    await own.removeCertificate('user', other, call());
    expect(await own.list('user', call())).toMatchObject([{ certificate: one, aliases: [{ subject: 'ann' }] }]);
    await own.remove('user', one, 'ann', call());
    expect([await own.list('user', call()), await own.listMapped(call())]).toEqual([[], []]);
  });

  it('are the business of their user, and of root', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const [root, user] = [session(vm, 'root').aliases, session(vm).aliases];
    await root.add(alias(one, 'ann'), call());
    expect(await user.list('user', call())).toHaveLength(1);
    for (const work of [
      user.list('root', call()),
      user.add({ ...alias(one, 'x'), userName: 'root' }, call()),
      user.removeCertificate('root', one, call()),
    ]) {
      await expect(work).rejects.toMatchObject(fault('guest-permission'));
    }
  });

  it('map a certificate to one user only', async () => {
    const root = await aliases('root');
    await root.add(alias(one, 'ann', true), call());
    await root.add({ ...alias(one, 'ann'), userName: 'root' }, call());
    await root.add(alias(one, 'bob', true), call());
    await expect(root.add({ ...alias(one, 'bob', true), userName: 'root' }, call())).rejects.toMatchObject(
      fault('guest-alias-ambiguous'),
    );
    expect(await root.listMapped(call())).toEqual([{ certificate: one, userName: 'user', subjects: ['ann', 'bob'] }]);
  });

  it('know a Windows user in any case', async () => {
    const admin = await aliases('administrator', 'windows9-64');
    await admin.add({ ...alias(one, null), userName: 'USER' }, call());
    expect(await admin.list('user', call())).toHaveLength(1);
  });

  it.each([
    ['no certificate', alias('aGVsbG8=', null)],
    ['no base64', alias('-----BEGIN', null)],
    ['an unknown user', { ...alias(one, null), userName: 'nobody' }],
    ['a subject without a name', alias(one, '')],
    ['an alias that is there', alias(one, 'there')],
  ])('refuse %s', async (_what, refused) => {
    const root = await aliases('root');
    await root.add(alias(one, 'there'), call());
    await expect(root.add(refused, call())).rejects.toMatchObject(fault('invalid-argument'));
    await expect(root.remove(refused.userName, refused.certificate, 'not there', call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
    expect(await root.list('user', call())).toMatchObject([{ aliases: [{ subject: 'there' }] }]);
  });

  it('come from the inventory, and stay over snapshots', async () => {
    const guest = { aliases: [{ user: 'user', certificate: one, subject: 'ann', isMapped: true }] };
    const { vm } = await oneVm({ power: 'on', guest });
    const id = await vm.snapshots.create({ name: 's', description: '', includeMemory: true }, call());
    const own = session(vm).aliases;
    await own.removeCertificate('user', one, call());
    await vm.snapshots.revert({ id, suppressPowerOn: false, showConsole: false }, call());
    expect(await own.listMapped(call())).toEqual([{ certificate: one, userName: 'user', subjects: ['ann'] }]);
    expect(await own.list('user', call())).toEqual([{ certificate: one, aliases: [{ subject: 'ann', comment: '' }] }]);
  });
});
