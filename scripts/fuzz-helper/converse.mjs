import assert from 'node:assert/strict';
import { createMockBackend } from '../../dist/backends/mock/mock-backend.js';
import { RealClock, settle } from '../../dist/base/clock.js';
import { EngineSession } from '../../dist/bindings/engine-session.js';
import { FrameSplitter } from '../../dist/bindings/frame-splitter.js';
import { readValues } from '../../dist/bindings/wire-values.js';
import { createRuntime } from '../../dist/compose/create-vix.js';

const clock = new RealClock();

/** One host for all sessions: to make it takes as long as many of them. */
const backends = [createMockBackend({ clock })];

/** What may stand in place of a result. Any other text tells of a defect of the engine. */
const refusal = /: (?:there is no such function|\w+ was called with \d+ arguments; it has \d+)$/;

/** A whole session: it says nothing but answers and events, and one text when it ends the conversation. */
export async function converse(bytes) {
  const splitter = new FrameSplitter();
  let said = '';
  let isEnded = false;
  const session = new EngineSession({
    makeRuntime: (lastHandle) => createRuntime({ clock, config: {}, backends }, lastHandle),
    name: 'fuzzed',
    send: (sent) => {
      for (const body of splitter.push(sent)) {
        const kind = String.fromCharCode(body[0]);
        const [, text] = readValues(body.subarray(1));
        if (kind === 'E') assert.match(text, refusal);
        said += kind;
      }
    },
    end: () => {
      isEnded = true;
    },
    watch: () => undefined,
    changeDirectory: () => undefined,
  });
  const half = bytes.length >> 1;
  session.receive(bytes.subarray(0, half));
  session.receive(bytes.subarray(half));
  await settle();
  assert.match(said, /^(?:W[REVP]*F?|N|F|)$/);
  assert.equal(isEnded, /[NF]$/.test(said));
  await session.close();
}
