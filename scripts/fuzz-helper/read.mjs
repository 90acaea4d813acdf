import assert from 'node:assert/strict';
import { FrameSplitter } from '../../dist/bindings/frame-splitter.js';
import { readClientMessage } from '../../dist/bindings/messages.js';
import { ProtocolError } from '../../dist/bindings/protocol.js';
import { FrameWriter, notUtf8, readValues } from '../../dist/bindings/wire-values.js';

/** Bodies of the frames of chunks, and why they ended early. */
function split(chunks) {
  const splitter = new FrameSplitter();
  const bodies = [];
  const refusal = refusalOf(() => {
    for (const chunk of chunks) for (const body of splitter.push(chunk)) bodies.push(Buffer.from(body));
  });
  return { bodies, refusal };
}

/** What the reader refuses, in words; undefined when it takes it. It may do nothing else. */
function refusalOf(action) {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.message;
  }
}

/** The reader alone: the cuts of the stream change nothing, and what is read is what was written. */
export function read(bytes) {
  const whole = split([bytes]);
  assert.deepEqual(split(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), whole);
  for (const body of whole.bodies) {
    refusalOf(() => readClientMessage(body));
    refusalOf(() => {
      const values = readValues(body.subarray(1));
      if (JSON.stringify(values, withoutBigints).includes(JSON.stringify(notUtf8))) return;
      const writer = new FrameWriter();
      writer.frame(String.fromCharCode(body[0]), values);
      // A kind has one byte.
      assert.deepEqual(writer.take().subarray(5), body.subarray(1));
    });
  }
}

function withoutBigints(_key, value) {
  return typeof value === 'bigint' ? String(value) : value;
}
