import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { callRows } from '../../src/api/call-by-name.js';
import { isCallName } from '../../src/bindings/marshal.js';
import { properties } from '../../src/vix/properties.js';
import {
  VIX_E_CANCELLED,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_INVALID_UTF8_STRING,
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FIND_REGISTERED_VMS,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_PROPERTYTYPE_BLOB,
} from '../../src/vix/names.js';
import { labPath } from '../fixtures/vix-rig.js';
import { framesOf, hello, SessionRig } from './session-rig.js';

const findAll = [VIX_FIND_REGISTERED_VMS, 0, -1] as const;

describe('the greeting', () => {
  it('is answered with the version, the helper, and the type of every property', () => {
    const rig = new SessionRig();
    rig.session.receive(framesOf(['H', 'revix', 1, 7, 4711, 'libvixAllProducts', 0]));
    return settle().then(() => {
      const [welcome] = rig.of('W');
      expect(welcome?.slice(0, 2)).toEqual([1, 'helper of the test']);
      const table = new Map(welcome?.[2] as [number, number][]);
      expect(table.size).toBe(Object.keys(properties).length);
      expect(table.get(VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA)).toBe(VIX_PROPERTYTYPE_BLOB);
      expect(rig.watched).toEqual([4711]);
    });
  });

  it('of a client without a common version is refused with both sides and what to do', async () => {
    const rig = new SessionRig();
    rig.send('H', 'revix', 2, 3, 0, 'libvixAllProducts 9.0', 0);
    await settle();
    expect(rig.log.frames).toEqual([
      {
        kind: 'N',
        values: [
          'libvixAllProducts 9.0 speaks versions 2 to 3 of the protocol, this helper (helper of the test) 1 to 1; ' +
            'install both from one release of Revix',
        ],
      },
    ]);
    expect(rig.isEnded).toBe(true);
  });

  it.each([
    ['is missing', [['C', 1, 'Vix_GetHandleType', [], [1]]], 'the first frame is a call; it must be a greeting'],
    ['comes twice', [hello, hello], 'a second greeting came'],
    ['is a stranger', [['H', 'GET / HTTP/1.1', 1, 1, 0, 'x', 0]], 'the greeting is "GET / HTTP/1.1", not "revix"'],
  ] as const)('that %s ends the conversation', async (_, frames, text) => {
    const rig = new SessionRig();
    rig.session.receive(framesOf(...frames));
    await settle();
    expect(rig.log.frames.at(-1)).toEqual({ kind: 'F', values: [`the client broke the protocol: ${text}`] });
    expect(rig.isEnded).toBe(true);
  });
});

describe('calls', () => {
  it('are answered as they are done: one that waits holds no other up', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    rig.engine.control.always('openVm', 'pending');
    const [job] = await rig.ask('VixVM_Open', [host, labPath, null, null]);
    const wait = rig.call('VixJob_Wait', [job, [VIX_PROPERTY_JOB_RESULT_HANDLE]]);
    const second = rig.call('VixJob_Wait', [job, []]);
    expect(await rig.ask('VixJob_GetError', [job])).toEqual([VIX_E_UNFINISHED_JOB, []]);
    expect([rig.answer(wait), rig.answer(second)]).toEqual([undefined, undefined]);
    rig.engine.control.calls.at(-1)?.release();
    await settle();
    expect(rig.answer(wait)).toEqual([VIX_OK, [expect.any(Number)]]);
    expect(rig.answer(second)).toEqual([VIX_OK, []]);
  });

  it('carry strings, secrets, lists of values, out parameters and their absence', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    rig.engine.backend.add('/vms/ä 日本 🐧.vmx', { encryptionPassword: 'pässword' });
    const [, [list]] = await rig.ask('VixPropertyList_AllocPropertyList', [
      host,
      true,
      [VIX_PROPERTY_VM_ENCRYPTION_PASSWORD, 'pässword', 0],
    ]);
    const [job] = await rig.ask('VixHost_OpenVM', [host, '/vms/ä 日本 🐧.vmx', 0, Number(list), null, null]);
    expect(await rig.ask('VixJob_CheckCompletion', [job, true])).toEqual([VIX_OK, [true]]);
    expect(await rig.ask('VixJob_CheckCompletion', [job, false])).toEqual([VIX_E_INVALID_ARG, []]);
    expect(await rig.ask('VixJob_Wait', [job, null])).toEqual([VIX_E_INVALID_ARG, []]);
    expect(await rig.ask('VixJob_Wait', [job, []])).toEqual([VIX_OK, []]);
  });

  it('answer a text that is no UTF-8 with the error for that', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    const bad = framesOf(['C', 50, 'VixVM_Open', [], [host, 'latin?', null, null]]);
    bad[bad.indexOf('latin?') + 5] = 0xe4;
    rig.session.receive(bad);
    await settle();
    expect(await rig.ask('VixJob_Wait', [Number(rig.answer(50)?.[0]), []])).toEqual([VIX_E_INVALID_UTF8_STRING, []]);
  });

  it('tell an error text for any 64 bits, by the low 16', async () => {
    const rig = new SessionRig();
    rig.send(...hello);
    const [plain] = await rig.ask('Vix_GetErrorText', [4, null]);
    expect(await rig.ask('Vix_GetErrorText', [0x7fff_ffff_0001_0004n, null])).toEqual([plain, []]);
    expect(await rig.ask('Vix_GetErrorText', [-(2n ** 63n) + 4n, null])).toEqual([plain, []]);
    expect((await rig.ask('Vix_GetErrorText', [2n ** 62n, null]))[0]).toMatch(/^Unknown error/);
    expect((await rig.ask('Vix_GetErrorText', [-1, null]))[0]).toMatch(/^Unknown error/);
  });

  it.each([
    ['an unknown function', 'Vix_Missing', [], 'Vix_Missing: there is no such function'],
    ['a name of every object', 'toString', [], 'toString: there is no such function'],
    ['a wrong number of arguments', 'VixVM_Open', [1], 'VixVM_Open: VixVM_Open was called with 1 arguments; it has 4'],
  ] as const)('of %s are answered with a text', async (_, name, args, text) => {
    const rig = new SessionRig();
    rig.send(...hello);
    const id = rig.call(name, args);
    await settle();
    expect(rig.log.frames.at(-1)).toEqual({ kind: 'E', values: [id, text] });
    expect(rig.isEnded).toBe(false);
  });

  it('with arguments of any kind never end the conversation', async () => {
    const rig = new SessionRig();
    rig.send(...hello);
    const scalar = fc.constantFrom(
      null,
      true,
      false,
      0,
      -1,
      2n ** 63n - 1n,
      'text',
      new Uint8Array(2),
      [],
      [0],
      [3010],
    );
    const acknowledged = new Set<unknown>();
    const acknowledge = (): void => {
      for (const [event] of rig.of('V')) {
        if (typeof event !== 'number' || acknowledged.has(event)) continue;
        acknowledged.add(event);
        rig.send('A', event);
      }
    };
    const call = fc
      .constantFrom(...Object.entries(callRows).filter(([name]) => isCallName(name)))
      .chain(([name, { params }]) => {
        const count = Object.keys(params).length;
        return fc.tuple(fc.constant(name), fc.array(scalar, { minLength: count, maxLength: count }));
      });
    await fc.assert(
      fc.asyncProperty(call, async ([name, args]) => {
        const id = rig.call(name, args);
        const isAnswered = (): boolean => rig.of('R').some((values) => values[0] === id);
        // Closing takes a few turns more than the rest, and a pump waits until its events are acknowledged.
        for (let turns = 0; turns < 200 && !isAnswered(); turns += 1) {
          acknowledge();
          await settle(1);
        }
        expect(isAnswered()).toBe(true);
        acknowledge();
        rig.log.frames.length = 0;
      }),
      { numRuns: 400 },
    );
    expect(rig.isEnded).toBe(false);
  });

  it('follow the directory of the client', async () => {
    const rig = new SessionRig();
    rig.send(...hello);
    rig.send('D', '/some/where');
    await settle();
    expect(rig.directories).toEqual(['/some/where']);
  });

  it('report the live handles', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    await rig.ask('VixVM_Open', [host, labPath, null, null]);
    // The machine is the job's so far, and no reference of the program.
    expect(await rig.ask('Revix_CountHandles', [])).toEqual([2, []]);
    const [text] = await rig.ask('Revix_DumpHandles', []);
    expect(text).toMatch(/^2: host, 1 reference, made by VixHost_Connect 0 s ago\n/);
    expect(text).toMatch(/^\d+: job, 1 reference, made by VixVM_Open 0 s ago, of host 2$/m);
    expect(await rig.ask('Revix_Close', [])).toEqual([null, []]);
    expect(await rig.ask('Revix_CountHandles', [])).toEqual([0, []]);
  });
});

describe('events', () => {
  it('come one after the other, each when the last was acknowledged, and before the wait is answered', async () => {
    const rig = new SessionRig();
    rig.engine.backend.add('/vms/b.vmx');
    const host = await rig.connect();
    const [job] = await rig.ask('VixHost_FindItems', [host, ...findAll, 9, null]);
    const wait = rig.call('VixJob_Wait', [job, []]);
    const seen: unknown[] = [];
    for (let event = 1; event <= 3; event += 1) {
      await settle();
      seen.push([...(rig.of('V').at(-1) ?? []), rig.answer(wait)]);
      rig.send('A', event);
    }
    await settle();
    const item = VIX_EVENTTYPE_FIND_ITEM;
    expect(seen).toEqual([
      [1, 9, job, item, expect.any(Number), 0, undefined],
      [2, 9, job, item, expect.any(Number), 0, undefined],
      [3, 9, job, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, 0, undefined],
    ]);
    expect(rig.answer(wait)).toEqual([VIX_OK, []]);
  });

  it('hold up a wait that begins while a callback has the completion, save one that this callback makes', async () => {
    const rig = new SessionRig();
    await rig.connect();
    const [job] = await rig.ask('VixVM_Open', [4711, labPath, 9, null]);
    await settle();
    expect(rig.of('V')).toEqual([[1, 9, job, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, 0]]);
    const late = rig.call('VixJob_Wait', [job, []]);
    const own = rig.call('VixJob_Wait', [job, []], [1]);
    await settle();
    expect([rig.answer(late), rig.answer(own)]).toEqual([undefined, [VIX_E_INVALID_HANDLE, []]]);
    rig.send('A', 1);
    await settle();
    expect(rig.answer(late)).toEqual([VIX_E_INVALID_HANDLE, []]);
  });

  it('carry details that can be read until they are acknowledged', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    await rig.ask('VixHost_FindItems', [host, ...findAll, 9, null]);
    await settle();
    const info = Number(rig.of('V')[0]?.[4]);
    const read = ['Vix_GetProperties', [info, [VIX_PROPERTY_FOUND_ITEM_LOCATION]]] as const;
    expect(await rig.ask(...read)).toEqual([VIX_OK, [labPath]]);
    rig.send('A', 1);
    await settle();
    expect(await rig.ask(...read)).toEqual([VIX_E_INVALID_HANDLE, [null]]);
  });

  it('whose callback waits for its own job answer that the wait could not end', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    const [job] = await rig.ask('VixHost_FindItems', [host, ...findAll, 9, null]);
    await settle();
    expect(await rig.ask('VixJob_Wait', [job, []], [1])).toEqual([VIX_E_UNFINISHED_JOB, []]);
    rig.send('A', 1);
    await settle();
    expect(await rig.ask('VixJob_Wait', [job, []], [2])).toEqual([VIX_OK, []]);
  });

  it('of a client that has gone hold nothing up', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    await rig.ask('VixHost_FindItems', [host, ...findAll, 9, null]);
    await rig.session.close();
    expect(rig.engine.live).toBe(0);
    expect(rig.engine.backend.links[0]?.closed).toBe(1);
  });
});

describe('in event-pump mode', () => {
  it('callbacks belong to the pump that sets them off, which ends after the last of them', async () => {
    const rig = new SessionRig();
    rig.engine.backend.add('/vms/b.vmx');
    const host = await rig.connect(VIX_HOSTOPTION_USE_EVENT_PUMP);
    await rig.ask('VixHost_FindItems', [host, ...findAll, 9, null]);
    expect(rig.of('V')).toEqual([]);
    const pump = rig.call('Vix_PumpEvents', [host, 0]);
    for (let event = 1; event <= 3; event += 1) {
      await settle();
      expect(rig.of('V').at(-1)?.[0]).toBe(event);
      expect(rig.of('V').at(-1)?.[5]).toBe(pump);
      expect(rig.answer(pump)).toBeUndefined();
      rig.send('A', event);
    }
    await settle();
    expect(rig.answer(pump)).toEqual([null, []]);
  });

  it('callbacks are told to belong to their host before the answer that starts the job', async () => {
    const rig = new SessionRig();
    const host = await rig.connect(VIX_HOSTOPTION_USE_EVENT_PUMP);
    const [other] = await rig.ask('VixHost_Connect', [-1, 3, null, 0, null, null, 0, 0, null, null]);
    const otherHost = await rig.resultOf(Number(other));
    await rig.ask('VixHost_FindItems', [host, ...findAll, 8, null]);
    await rig.ask('VixHost_FindItems', [host, ...findAll, null, null]);
    await rig.ask('VixHost_FindItems', [otherHost, ...findAll, 9, null]);
    await rig.ask('VixHost_Connect', [-1, 3, null, 0, null, null, VIX_HOSTOPTION_USE_EVENT_PUMP, 0, 10, null]);
    expect(rig.of('P')).toEqual([
      [8, host],
      [10, 0],
    ]);
  });

  it('callbacks belong to the latest wait of the connection, and to no other connection', async () => {
    const rig = new SessionRig();
    const host = await rig.connect(VIX_HOSTOPTION_USE_EVENT_PUMP);
    const [other] = await rig.ask('VixHost_Connect', [-1, 3, null, 0, null, null, 0, 0, null, null]);
    const otherHost = await rig.resultOf(Number(other));
    rig.engine.control.always('openVm', 'pending');
    const [slow] = await rig.ask('VixVM_Open', [host, labPath, null, null]);
    const wait = rig.call('VixJob_Wait', [slow, []]);
    await rig.ask('VixHost_FindItems', [host, ...findAll, 9, null]);
    await settle();
    expect(rig.of('V').at(-1)?.[5]).toBe(wait);
    rig.send('A', 1);
    await rig.ask('VixHost_FindItems', [otherHost, ...findAll, 9, null]);
    await settle();
    expect(rig.of('V').at(-1)?.[5]).toBe(0);
  });
});

describe('a call that is cancelled', () => {
  it('is answered at once, its operation goes on, and what it was given late is released', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    rig.engine.control.always('openVm', 'pending');
    const [job] = await rig.ask('VixVM_Open', [host, labPath, null, null]);
    const wait = rig.call('VixJob_Wait', [job, [VIX_PROPERTY_JOB_RESULT_HANDLE]]);
    rig.send('X', wait);
    rig.send('X', 999);
    await settle();
    expect(rig.answer(wait)).toEqual([VIX_E_CANCELLED, []]);
    rig.engine.control.calls.at(-1)?.release();
    const vm = await rig.resultOf(Number(job));
    expect(rig.of('R').filter((values) => values[0] === wait)).toHaveLength(1);
    expect(rig.engine.refs(vm)).toBe(1);
    await rig.ask('Vix_ReleaseHandle', [vm]);
    expect(await rig.ask('Vix_GetHandleType', [vm])).toEqual([0, []]);
  });
});

describe('what cannot be understood', () => {
  it.each([
    ['a frame of no kind', ['?'], 'a frame has the kind "?", which no client message has'],
    ['too few values', ['A'], 'a frame A ends before its event'],
    ['too many values', ['A', 1, 2], 'a frame A has 2 values; it should have 1'],
    ['a wrong type', ['A', 'one'], 'the event of a frame A must be an integer from 0 on'],
    ['a negative number', ['X', -1], 'the call of a frame X must be an integer from 0 on'],
    ['a name that is none', ['C', 1, 2, [], []], 'the function of a frame C must be a string'],
    ['arguments that are none', ['C', 1, 'Vix_FreeBuffer', [], 5], 'the arguments of a frame C must be a list'],
    ['events that are none', ['C', 1, 'x', ['y'], []], 'the events of a frame C must be a list of integers from 0 on'],
  ] as const)('(%s) ends the conversation with a text that says so', async (_, frame, text) => {
    const rig = new SessionRig();
    rig.send(...hello);
    rig.session.receive(framesOf(frame));
    rig.send('C', 1, 'Vix_GetHandleType', [], [1]);
    await settle();
    expect(rig.log.frames.slice(1)).toEqual([{ kind: 'F', values: [`the client broke the protocol: ${text}`] }]);
    expect(rig.isEnded).toBe(true);
  });

  it('(a call with the number of one that is not done) ends it too', async () => {
    const rig = new SessionRig();
    const host = await rig.connect();
    rig.engine.control.always('openVm', 'pending');
    const [job] = await rig.ask('VixVM_Open', [host, labPath, null, null]);
    const wait = rig.call('VixJob_Wait', [job, []]);
    rig.send('C', wait, 'Vix_GetHandleType', [], [1]);
    await settle();
    expect(rig.of('F')[0]?.[0]).toContain('came while another call of that number is not done');
  });

  it('(any bytes) ends it with a text, and with nothing worse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, isFramed) => {
        const rig = new SessionRig();
        rig.send(...hello);
        const head = Buffer.alloc(4);
        head.writeUInt32LE(Math.max(1, bytes.length));
        expect(() => rig.session.receive(isFramed ? Buffer.concat([head, bytes]) : Buffer.from(bytes))).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('(a conversation with changed, missing and doubled bytes) is answered, or ended with one text that comes last', async () => {
    const good = framesOf(
      ['C', 1, 'VixHost_Connect', [], [-1, 3, null, 0, null, null, 0, 0, null, null]],
      ['C', 2, 'VixJob_Wait', [], [1, [VIX_PROPERTY_JOB_RESULT_HANDLE]]],
      ['C', 3, 'VixHost_FindItems', [], [2, VIX_FIND_REGISTERED_VMS, 0, -1, 77, null]],
      ['A', 1],
      ['D', '/tmp'],
      ['X', 2],
      ['C', 4, 'Vix_GetErrorText', [], [VIX_E_INVALID_ARG, null]],
      ['C', 5, 'Vix_ReleaseHandle', [], [1]],
    );
    const change = fc.record({
      at: fc.nat(good.length - 1),
      skip: fc.constantFrom(0, 0, 1, 1, 1, 4),
      insert: fc.uint8Array({ maxLength: 5 }),
    });
    const other = Uint8Array.of('?'.charCodeAt(0));
    const unknownFunction = { at: good.indexOf('VixHost_Connect'), skip: 1, insert: other };
    const unknownKind = { at: 4, skip: 1, insert: other };
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), fc.nat(good.length), async (changes, cut) => {
        const bytes = changes.reduce<Buffer>(
          (all, { at, skip, insert }) => Buffer.concat([all.subarray(0, at), insert, all.subarray(at + skip)]),
          good,
        );
        const rig = new SessionRig();
        rig.send(...hello);
        expect(() => {
          rig.session.receive(bytes.subarray(0, cut));
          rig.session.receive(bytes.subarray(cut));
        }).not.toThrow();
        await settle();
        const said = rig.log.frames.map(({ kind }) => kind).join('');
        expect(said).toMatch(/^W[REV]*F?$/);
        expect(rig.isEnded).toBe(said.endsWith('F'));
        for (const kind of said) kinds.add(kind);
        await rig.session.close();
      }),
      {
        numRuns: 300,
        examples: [
          [[], 0],
          [[unknownFunction], 0],
          [[unknownKind], 0],
        ],
      },
    );
    // The changes have led everywhere.
    expect([...kinds].toSorted()).toEqual(['E', 'F', 'R', 'V', 'W']);
  });
});

it('handles of one client mean nothing to another', async () => {
  const first = new SessionRig();
  const second = new SessionRig();
  const host = await first.connect();
  second.send(...hello);
  const [job] = await second.ask('VixVM_Open', [host, labPath, null, null]);
  expect(await second.ask('VixJob_Wait', [job, []])).toEqual([VIX_E_INVALID_HANDLE, []]);
});
