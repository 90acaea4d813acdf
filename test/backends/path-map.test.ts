import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathMap } from '../../src/backends/path-map.js';

describe('PathMap', () => {
  const windows = new PathMap({ 'C:\\VMs\\': '[datastore1] ', 'C:\\VMs\\special\\': '[fast] s/' });

  it.each([
    ['C:\\VMs\\lab\\lab.vmx', '[datastore1] lab/lab.vmx'],
    ['c:/vms/lab/lab.vmx', '[datastore1] lab/lab.vmx'],
    ['C:\\VMS\\Special\\a\\A.vmx', '[fast] s/a/A.vmx'],
    ['C:\\VMs\\special2\\a.vmx', '[datastore1] special2/a.vmx'],
    ['C:\\VMsOther\\a.vmx', 'C:\\VMsOther\\a.vmx'],
    ['D:\\VMs\\a.vmx', 'D:\\VMs\\a.vmx'],
    ['/VMs/a.vmx', '/VMs/a.vmx'],
    ['', ''],
  ])('takes %s to %s', (program, host) => {
    expect(windows.toHost(program)).toBe(host);
  });

  it.each([
    ['[datastore1] lab/lab.vmx', 'C:\\VMs\\lab\\lab.vmx'],
    ['[fast] s/a/A.vmx', 'C:\\VMs\\special\\a\\A.vmx'],
    ['[Datastore1] lab/lab.vmx', '[Datastore1] lab/lab.vmx'],
    ['[datastore10] lab/lab.vmx', '[datastore10] lab/lab.vmx'],
  ])('takes %s back to %s', (host, program) => {
    expect(windows.toProgram(host)).toBe(program);
  });

  it('matches whole parts only, with or without a separator in the rule', () => {
    for (const rules of [{ '/vms/lab': '/prod/lab' }, { '/vms/lab/': '/prod/lab/' }]) {
      const map = new PathMap(rules);
      expect(map.toHost('/vms/lab/a.vmx')).toBe('/prod/lab/a.vmx');
      expect(map.toHost('/vms/lab2/a.vmx')).toBe('/vms/lab2/a.vmx');
      expect(map.toHost('/VMS/lab/a.vmx')).toBe('/VMS/lab/a.vmx');
    }
    expect(new PathMap({ '/a.vmx': '[ds] b.vmx' }).toHost('/a.vmx')).toBe('[ds] b.vmx');
    expect(new PathMap({ '[old]': '[new]' }).toHost('[old] a/a.vmx')).toBe('[new] a/a.vmx');
    expect(new PathMap({ '[old]': '[new]' }).toHost('[older] a/a.vmx')).toBe('[older] a/a.vmx');
  });

  it('changes separators only between Windows and others', () => {
    const posix = new PathMap({ '/old/': '/new/' });
    expect([posix.toHost('/old/a\\b.vmx'), posix.toProgram('/new/a\\b.vmx')]).toEqual([
      '/new/a\\b.vmx',
      '/old/a\\b.vmx',
    ]);
    const share = new PathMap({ 'C:\\VMs\\': '\\\\server\\vms\\' });
    expect(share.toHost('c:/vms/a/b.vmx')).toBe('\\\\server\\vms\\a\\b.vmx');
    expect(share.toProgram('\\\\SERVER\\vms\\a/b.vmx')).toBe('C:\\VMs\\a\\b.vmx');
  });

  it('is not confused by letters whose lower case is longer', () => {
    const map = new PathMap({ 'C:\\İ\\': '/i/' });
    expect(map.toHost('C:\\İ\\a.vmx')).toBe('/i/a.vmx');
    expect(map.toHost('C:\\x\\a.vmx')).toBe('C:\\x\\a.vmx');
  });

  it('without rules changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        const map = new PathMap();
        expect([map.toHost(path), map.toProgram(path)]).toEqual([path, path]);
      }),
    );
  });

  it('goes there and back for any path below any rule', () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
      .map((text) => text.replace(/[\\/\s:[\]]/g, 'x'));
    const parts = fc.array(part, { minLength: 1, maxLength: 4 });
    const prefixes = fc.tuple(parts, part, fc.boolean());
    fc.assert(
      fc.property(prefixes, parts, ([folders, store, isWindows], rest) => {
        const separator = isWindows ? '\\' : '/';
        const program = `${isWindows ? 'C:' : ''}${separator}${folders.join(separator)}${separator}`;
        const map = new PathMap({ [program]: `[${store}] ` });
        const path = program + rest.join(separator);
        const host = `[${store}] ${rest.join('/')}`;
        expect(map.toHost(path)).toBe(host);
        expect(map.toProgram(host)).toBe(path);
        expect(map.toHost(isWindows ? path.replaceAll('\\', '/') : path)).toBe(host);
      }),
    );
  });

  it('prefers the longest rule, in whatever order the rules come', () => {
    const rules: [string, string][] = [
      ['/a/', '/1/'],
      ['/a/b/', '/2/'],
      ['/a/b/c/', '/3/'],
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(rules, { minLength: 3 }), (shuffled) => {
        const map = new PathMap(Object.fromEntries(shuffled));
        expect(['/a/x', '/a/b/x', '/a/b/c/x'].map((path) => map.toHost(path))).toEqual(['/1/x', '/2/x', '/3/x']);
      }),
    );
  });
});
