import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TypedLines } from '../../src/cli/typed-lines.js';

/** A terminal that is none: it notes what the person sees, and how it was asked to behave. */
class FakeTyping {
  readonly #stream = new PassThrough();
  /** In order: what was shown, `echo` or `no echo` at each change, signals. */
  readonly log: string[] = [];
  readonly lines: TypedLines;
  #isRaw = false;

  constructor() {
    const setRawMode = (isRaw: boolean): void => {
      if (isRaw !== this.#isRaw) this.log.push(isRaw ? 'no echo' : 'echo');
      this.#isRaw = isRaw;
    };
    this.lines = new TypedLines(Object.assign(this.#stream, { setRawMode }), {
      show: (text) => this.log.push(text),
      raise: (signal) => this.log.push(signal),
    });
  }

  type(...chunks: readonly (string | Uint8Array)[]): void {
    for (const chunk of chunks) this.#stream.write(chunk);
  }

  /** The terminal goes away: what reads from it fails, or sees an end. */
  hangUp(error: Error | undefined): void {
    if (error === undefined) this.#stream.end();
    else this.#stream.destroy(error);
  }

  /** The next line, once this was typed. */
  async line(...chunks: readonly (string | Uint8Array)[]): Promise<string | undefined> {
    const line = this.lines.next('? ');
    this.type(...chunks);
    return await line;
  }
}

describe('lines that are typed', () => {
  it('have no echo from before their question until after their end', async () => {
    const typing = new FakeTyping();
    expect(await typing.line('secret\r')).toBe('secret');
    expect(typing.log).toEqual(['no echo', '? ', 'echo', '\n']);
  });

  it.each([
    ['secretx\u007f\r', 'secret'],
    ['secretx\b\r', 'secret'],
    ['\u007f\u007fsecret\r', 'secret'],
    ['p👍\u007fä\u007f\r', 'p'],
    ['two words\u0017x\r', 'two x'],
    ['two words  \u0017\u0017x\r', 'x'],
    ['much\u0015x\r', 'x'],
    ['a\u0004b\r', 'ab'],
    ['a\u001b[Cb\u001bOPc\r', 'abc'],
    ['\u001b[200~pasted\u001b[201~\r', 'pasted'],
    [' tab\tand blank \r', ' tab\tand blank '],
    ['\r', ''],
  ])('%j are %j', async (keys, line) => {
    expect(await new FakeTyping().line(keys)).toBe(line);
  });

  it('are the same in whatever pieces they come', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replace(/\p{Cc}/gu, ''));
    const input = fc.tuple(line, fc.array(fc.integer({ min: 1, max: 5 })), fc.constantFrom('\r', '\n', '\r\n'));
    await fc.assert(
      fc.asyncProperty(input, async ([text, sizes, end]) => {
        const bytes = Buffer.from(`${text}${end}`);
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) pieces.push(bytes.subarray(at, (at += size)));
        const typing = new FakeTyping();
        expect(await typing.line(...pieces, bytes.subarray(at))).toBe(Buffer.from(text).toString());
      }),
      { numRuns: 20 },
    );
  });

  it('that are pasted together answer one question each', async () => {
    const typing = new FakeTyping();
    expect(await typing.line('one\r\ntwo\nthr')).toBe('one');
    expect(await typing.line()).toBe('two');
    expect(await typing.line('ee\r')).toBe('three');
  });

  it('end with Ctrl-D', async () => {
    const typing = new FakeTyping();
    expect(await typing.line('\u0004')).toBeUndefined();
    expect(typing.log).toEqual(['no echo', '? ', 'echo', '\n']);
    expect(await typing.line()).toBeUndefined();
  });

  it.each([new Error('read EIO'), undefined])('end with a signal when the terminal goes away: %s', async (error) => {
    const typing = new FakeTyping();
    void typing.lines.next('? ');
    typing.hangUp(error);
    await new Promise(setImmediate);
    expect(typing.log).toEqual(['no echo', '? ', 'echo', '\n', 'SIGHUP']);
    expect(await typing.line()).toBeUndefined();
  });
});

describe('the keys of a terminal', () => {
  const typed = async (keys: string): Promise<FakeTyping> => {
    const typing = new FakeTyping();
    void typing.lines.next('? ');
    typing.type(keys);
    // The stream hands on what was written by now.
    await new Promise(setImmediate);
    return typing;
  };

  it('Ctrl-C is a signal, and closing ends the line of the question', async () => {
    const typing = await typed('sec\u0003');
    expect(typing.log).toEqual(['no echo', '? ', 'SIGINT']);
    typing.lines.close();
    expect(typing.log.slice(3)).toEqual(['echo', '\n']);
  });

  it('Ctrl-\\ is a signal that comes when all is in order again', async () => {
    expect((await typed('\u001c')).log).toEqual(['no echo', '? ', 'echo', '\n', 'SIGQUIT']);
  });

  it('Ctrl-Z leaves the echo to whoever is there meanwhile, and what was typed stays', async () => {
    const typing = await typed('sec\u001a');
    expect(typing.log).toEqual(['no echo', '? ', 'echo', 'SIGTSTP', 'no echo']);
    typing.lines.resume();
    expect(typing.log.slice(5)).toEqual(['echo', 'no echo', '? ']);
  });

  it('an answered question is not asked again after a stop', async () => {
    const typing = new FakeTyping();
    await typing.line('secret\r');
    const before = typing.log.length;
    typing.lines.resume();
    typing.lines.close();
    expect(typing.log).toHaveLength(before);
  });
});
