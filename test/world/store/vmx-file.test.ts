import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { VmxDocument } from '../../../src/world/store/vmx-file.js';

const parse = (text: string): VmxDocument => VmxDocument.parse(Buffer.from(text), 'x.vmx');

/** Text that UTF-8 can hold. */
const texts = fc.string({ unit: 'binary', maxLength: 30 });
const keys = texts.filter((key) => key.trim() !== '');
const lineEnds = fc.constantFrom('\n', '\r\n');
const comments = fc.constantFrom('', '   ', '# a note', '#!/usr/bin/vmware', '\t# "odd = ');

function outcomeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    return error instanceof Fault ? `${error.kind}: ${error.message}` : String(error);
  }
}

describe('a .vmx file', () => {
  it('gives back any entries that were written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(keys, texts), { selector: ([key]) => key.toLowerCase() }), (entries) => {
        const document = VmxDocument.empty();
        for (const [key, value] of entries) document.set(key, value);
        expect(parse(document.toString()).entries()).toEqual(entries);
      }),
    );
  });

  it('keeps order, comments, spelling and line ends of what is not changed', () => {
    const lines = fc.oneof(
      comments,
      fc
        .tuple(fc.constantFrom('a', 'B.c', 'd:0'), fc.constantFrom(' = "', '="', ' ="'))
        .map(([k, eq]) => `${k}${eq}v|22"`),
      fc.constant('bare = TRUE'),
    );
    fc.assert(
      fc.property(fc.array(lines), lineEnds, texts, (before, lineEnd, value) => {
        const text = before.map((line) => line + lineEnd).join('');
        const document = parse(text);
        expect(document.toString()).toBe(text);
        document.set('new.key', value);
        expect(document.toString().startsWith(text)).toBe(true);
        document.delete('NEW.KEY');
        expect(document.toString()).toBe(text);
      }),
    );
  });

  it('never fails but with a fault that names file and line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outcome = outcomeOf(() => VmxDocument.parse(bytes, 'some.vmx'));
        expect(outcome).toMatch(/^(read|vm-config-unreadable: some\.vmx(, line \d+| is not text).*)$/s);
      }),
    );
  });

  it('reads keys without case, changes in place and takes the last of equal ones', () => {
    const document = parse('# top\nMemSize = "1"\nmemsize = "2"\nlast = "x"\n');
    expect(document.get('MEMSIZE')).toBe('2');
    document.set('memSize', '3');
    expect(document.toString()).toBe('# top\nMemSize = "1"\nmemsize = "3"\nlast = "x"\n');
    expect(document.lineOf('last')).toBe(4);
    document.delete('memsize');
    expect(document.toString()).toBe('# top\nlast = "x"\n');
  });

  it('escapes as VMware does', () => {
    const document = VmxDocument.empty();
    document.set('annotation', 'say "hi" | 50%\nend');
    expect(document.toString()).toBe('annotation = "say |22hi|22 |7C 50%|0Aend"\n');
    expect(parse('a = "|C3|A9|22"').get('a')).toBe('é"');
  });

  it('reads the encoding that the file names', () => {
    const latin = Buffer.concat([Buffer.from('.encoding = "windows-1252"\ndisplayName = "caf'), Buffer.of(0xe9, 0x22)]);
    expect(VmxDocument.parse(latin, 'x.vmx').get('displayName')).toBe('café');
    expect(() => VmxDocument.parse(Buffer.of(0xe9), 'x.vmx')).toThrow('x.vmx is not text in the encoding UTF-8');
    expect(() => parse('.encoding = "klingon"\n')).toThrow('klingon');
    expect(parse('\uFEFFa = "1"').get('a')).toBe('1');
  });

  it.each([
    ['displayName "x"', 'line 2'],
    ['= "x"', 'line 2'],
    ['a = "x" y', 'line 2'],
    ['a = "x', 'line 2'],
    ['"a" = "x"', 'line 2'],
  ])('refuses %s', (line, where) => {
    expect(() => parse(`ok = "1"\n${line}\n`)).toThrow(where);
  });

  it('refuses an entry without a name', () => {
    expect(() => VmxDocument.empty().set(' ', 'x')).toThrow('needs a name');
  });
});
