import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerHead, AnswerReader, MalformedAnswer } from '../../../../src/backends/vsphere/http/answer-reader.js';

interface Received {
  head?: AnswerHead;
  content: string;
  isWhole: boolean;
}

/** Reads pieces, then the end of the connection. */
function readAll(pieces: readonly Buffer[], received: Received = { content: '', isWhole: false }): Received {
  const reader = new AnswerReader({
    onHead(head) {
      expect(received.head).toBeUndefined();
      received.head = head;
    },
    onContent(bytes) {
      expect(received.head).toBeDefined();
      received.content += bytes.toString('latin1');
    },
    onWhole() {
      expect(received.isWhole).toBe(false);
      received.isWhole = true;
    },
  });
  for (const piece of pieces) reader.read(piece);
  reader.end();
  return received;
}

function read(text: string): Received {
  return readAll([Buffer.from(text, 'latin1')]);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const content = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 40 }), { maxLength: 6 });
const field = fc.tuple(
  fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{0,10}$/),
  fc.stringMatching(/^[!-~]{1,5}(?:[\t -~]{0,10}[!-~])?$/),
);

/** An answer as text, and what is to be read from it. */
const answers = fc
  .record({
    interims: fc.array(fc.constantFrom('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early\r\nLink: a\r\n\r\n'), {
      maxLength: 2,
    }),
    status: fc.constantFrom('200 OK', '206 Partial Content', '404', '500 '),
    fields: fc.uniqueArray(field, { maxLength: 4, selector: ([name]) => name.toLowerCase() }),
    framing: fc.constantFrom('length', 'chunks', 'close'),
    parts: content,
    extension: fc.constantFrom('', ' ', ';a=b', '; c="d"'),
    trailer: fc.constantFrom('', 'X-Sum: 1\r\n'),
  })
  .map(({ interims, status, fields, framing, parts, extension, trailer }) => {
    const text = parts.join('');
    const chunks = parts
      .filter((part) => part !== '')
      .map((part) => `${part.length.toString(16)}${extension}\r\n${part}\r\n`);
    const [line, body] = {
      length: [`Content-Length: ${text.length}\r\n`, text],
      chunks: ['transfer-encoding: Chunked\r\n', `${chunks.join('')}0\r\n${trailer}\r\n`],
      close: ['', text],
    }[framing] ?? ['', ''];
    const head = fields.map(([name, value]) => `${name}: \t${value} \r\n`).join('');
    return {
      framing,
      answer: Buffer.from(`${interims.join('')}HTTP/1.1 ${status}\r\n${head}${line}\r\n${body}`, 'latin1'),
      status: Number.parseInt(status, 10),
      fields,
      content: text,
    };
  });
const places = fc.array(fc.nat(), { maxLength: 8 });

describe('AnswerReader', () => {
  it('reads the same from an answer wherever it is cut', () => {
    fc.assert(
      fc.property(answers, places, ({ answer, status, fields, content: expected }, cuts) => {
        const received = readAll(cut(answer, cuts));
        expect(received).toMatchObject({ head: { status }, content: expected, isWhole: true });
        for (const [name, value] of fields) expect(received.head?.headers.get(name.toLowerCase())).toBe(value);
        expect(readAll([...answer].map((byte) => Buffer.from([byte])))).toEqual(received);
      }),
    );
  });

  it('tells an answer that breaks off', () => {
    fc.assert(
      fc.property(answers, fc.nat(), ({ answer, framing }, place) => {
        // Without a length, the end of the connection is the end of the answer.
        fc.pre(framing !== 'close');
        const received: Received = { content: '', isWhole: false };
        expect(() => readAll([answer.subarray(0, place % answer.length)], received)).toThrow(
          'before its answer was whole',
        );
        expect(received.isWhole).toBe(false);
      }),
    );
  });

  it('refuses or reads an answer that was tampered with, and reads the same wherever it is cut', () => {
    const outcomeOf = (pieces: readonly Buffer[]): unknown => {
      const received: Received = { content: '', isWhole: false };
      try {
        return readAll(pieces, received);
      } catch (error) {
        return { ...received, message: error instanceof Error ? error.message : 'no error' };
      }
    };
    fc.assert(
      fc.property(answers, fc.nat(), fc.uint8Array({ maxLength: 3 }), places, ({ answer }, at, put, cuts) => {
        const place = at % answer.length;
        const tampered = Buffer.concat([answer.subarray(0, place), put, answer.subarray(place + 1)]);
        expect(outcomeOf(cut(tampered, cuts))).toEqual(outcomeOf([tampered]));
      }),
    );
  });

  it('refuses what is no HTTP', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        expect(() => readAll([Buffer.from(junk)])).toThrow(Error);
      }),
    );
  });

  it.each([
    ['another version', 'HTTP/2 200 OK\r\n\r\n', 'status line'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'status line'],
    ['a protocol that nobody asked for', 'HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n', 'changes to a protocol'],
    ['a line without a carriage return', 'HTTP/1.1 200 OK\n\r\n', 'carriage return'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\nA : b\r\n\r\n', 'header field'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n', 'header field'],
    ['a zero byte in a value', 'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n', 'header field'],
    ['a carriage return in a value', 'HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n', 'header field'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'Content-Length'],
    ['an immense length', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n', 'Content-Length'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 'Content-Length'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'both a length and chunks',
    ],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 'transfer coding'],
    ['a chunk without size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n', 'size of a chunk'],
    [
      'an immense chunk',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'f'.repeat(16)}\r\n`,
      'size of a chunk',
    ],
    ['a chunk that goes on', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n', 'longer than it says'],
    ['a malformed trailer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nnone\r\n', 'header field'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => read(text)).toThrow(MalformedAnswer);
    expect(() => read(text)).toThrow(message);
  });

  it.each([
    ['a line', 'HTTP/1.1 200 OK\r\nA: '],
    ['a head', 'HTTP/1.1 200 OK\r\n', 'A: b\r\n'],
    ['many heads of answers to come', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a trailer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'A: b\r\n'],
  ])('refuses %s without end', (_what, start, more = 'b') => {
    const received: Received = { content: '', isWhole: false };
    const endless = Buffer.from(more.repeat(70_000 / more.length));
    expect(() => readAll([Buffer.from(start), endless], received)).toThrow('more than 65536 bytes');
  });

  it('takes chunks without end: only what is between two of them is limited', () => {
    const chunk = `1;${'x'.repeat(98)}\r\na\r\n`;
    const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(1000)}0\r\n\r\n`;
    expect(read(text).content).toHaveLength(1000);
  });

  it.each([204, 304])('expects no content with the status %d', (status) => {
    expect(read(`HTTP/1.1 ${status} None\r\nContent-Length: 5\r\n\r\n`)).toMatchObject({ content: '', isWhole: true });
  });

  it('drops what comes behind the answer', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc').content).toBe('a');
  });
});
