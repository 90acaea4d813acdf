import { describe, expect, it } from 'vitest';
import { Vix_Out } from '../../../src/api/vix-out.js';
import { ComDoor, type ComObject } from '../../../src/doors/com/com-door.js';
import { comMembers } from '../../../src/doors/com/com-members.js';
import { comPrototype } from '../../../src/doors/com/com-prototype.js';
import type { DoorVix } from '../../../src/doors/door-calls.js';
import { runAwaited } from '../../../src/doors/flow.js';
import { functions } from '../../../src/vix/functions.js';
import type { FunctionRow } from '../../../src/vix/functions/function-row.js';
import {
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_JOB,
  VIX_HANDLETYPE_PROPERTY_LIST,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_HANDLETYPE_VM,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
} from '../../../src/vix/names.js';
import type { VixHandle } from '../../../src/vix/types.js';
import { comSignatures } from '../reference-members.js';

/** The handle that each kind of object stands for. */
const handles = { IHost: 1, IVM: 2, IJob: 3, ISnapshot: 4, IPropertyList: 5 } as const;

const types = [
  0,
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_VM,
  VIX_HANDLETYPE_JOB,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_HANDLETYPE_PROPERTY_LIST,
];

/** A door whose functions do nothing but note what they are called with. */
function recording() {
  const calls: (readonly [name: string, ...args: unknown[]])[] = [];
  const vix = new Proxy({} as DoorVix, {
    get:
      (_target, name) =>
      (...args: unknown[]) => {
        calls.push([String(name), ...args]);
        return name === 'Vix_GetHandleType' ? (types[Number(args[0])] ?? 0) : VIX_OK;
      },
  });
  const door = new ComDoor(vix, runAwaited, comPrototype);
  const object = (name: keyof typeof handles): ComObject => {
    const wrapped = door.wrap(handles[name] as VixHandle);
    if (wrapped === null) throw new Error(`there is no ${name}`);
    return wrapped;
  };
  return { calls, door, object };
}

/** C's name of the function that a member stands for. */
function functionOf(interfaceName: string, member: string): string {
  const special: Readonly<Record<string, string>> = {
    Connect: 'VixHost_Connect',
    GetErrorText: 'Vix_GetErrorText',
    OpenVM: 'VixVM_Open',
    OpenVMEx: 'VixHost_OpenVM',
    PumpEvents: 'Vix_PumpEvents',
  };
  const prefix = interfaceName === 'IVixHandle' ? 'Vix' : interfaceName.replace(/^I/, 'Vix');
  return special[member] ?? `${prefix}_${member}`;
}

/** Where a parameter of COM has another name than that of C. */
const namesInC: Readonly<Record<string, readonly string[]>> = {
  pl: ['propertyListHandle', 'propertyList'],
  cb: ['callbackProc'],
  snapshot: ['snapshotHandle'],
  recording: ['snapshotHandle'],
  childSnapshot: ['childSnapshotHandle'],
  parentSnapshot: ['parentSnapshotHandle'],
  vmxFilePath: ['vmxFilePathName', 'vmxFilePath'],
  openVMOptions: ['options'],
  cloneOptions: ['options'],
  isComplete: ['complete'],
  propertyIDs: ['firstPropertyID', 'propertyID'],
};

/** Whether a parameter of C is that of COM. C calls some paths by the guest, and a few names by what they are for. */
function isNameOf(own: string, inC: string): boolean {
  return inC === own || namesInC[own]?.includes(inC) === true || /^(?:guestP|displayN)/.test(inC);
}

interface Argument {
  /** What the program gives. */
  readonly given: unknown;
  /** Whether this is what C gets in its place. */
  readonly isRight: (got: unknown) => boolean;
}

/** An argument like no other, by the type of its parameter. */
function argument(object: ReturnType<typeof recording>['object'], type: string, position: number): Argument {
  const same = (given: unknown): Argument => ({ given, isRight: (got) => got === given });
  switch (type) {
    case 'i':
    case 'u64':
      return same(1000 + position);
    case 's':
      return same(`text ${position}`);
    case 'b':
      return same(true);
    case 'pl':
    case 'IVixHandle*':
      return { given: object('IPropertyList'), isRight: (got) => got === handles.IPropertyList };
    case 'ISnapshot*':
      return { given: object('ISnapshot'), isRight: (got) => got === handles.ISnapshot };
    case 'cb':
      return { given: { OnVixEvent: () => undefined }, isRight: (got) => typeof got === 'function' };
    case 'out i':
    case 'out b':
      return same(Vix_Out<unknown>());
    case 'out ISnapshot*':
      return { given: Vix_Out<unknown>(), isRight: (got) => typeof got === 'object' && got !== null && 'value' in got };
    case 'v':
      return { given: [VIX_PROPERTY_JOB_RESULT_HANDLE], isRight: (got) => got === VIX_PROPERTY_JOB_RESULT_HANDLE };
    case 'io v':
      return { given: Vix_Out<unknown>(), isRight: (got) => typeof got === 'object' && got !== null && 'value' in got };
    default:
      throw new Error(`no argument of the type ${type}`);
  }
}

const cases = Object.entries(comMembers).flatMap(([interfaceName, members]) =>
  Object.keys(members).map((member) => [interfaceName, member] as const),
);

describe('a member calls the function of C with the arguments of the reference in their order', () => {
  it.each(cases)('%s.%s', async (interfaceName, member) => {
    const { calls, door, object } = recording();
    const signature = comSignatures[interfaceName]?.[member] ?? '';
    const parameters = signature.split(', ').filter((text) => text !== '');
    const typed = parameters.map((text) => {
      const [name = '', ...type] = text.split(' ');
      return { name, type: type.length === 0 ? name : type.join(' ') };
    });
    const args = typed.map(({ type }, position) => argument(object, type, position));
    const main = interfaceName === 'IVixHandle' ? 'IVM' : interfaceName;
    const self = main === 'IVixLib' ? door.library() : object(main as keyof typeof handles);
    calls.length = 0;
    const call = (self as Readonly<Record<string, (...given: unknown[]) => unknown>>)[member];
    await call?.apply(
      self,
      args.map(({ given }) => given),
    );

    const [[name, ...got] = ['nothing']] = calls;
    expect(name).toBe(functionOf(interfaceName, member));
    const { params }: FunctionRow = functions[name as keyof typeof functions];
    const isClientData = (text: string): boolean => text.toLowerCase() === 'clientdata';
    const selfHandle = main === 'IVixLib' ? [] : [handles[main as keyof typeof handles]];
    const ownNames = Object.keys(params)
      .slice(selfHandle.length)
      .filter((text) => !isClientData(text));
    // The array of results is what the cells of C are.
    const shown = typed.filter(({ type }) => type !== 'io v').map(({ name: own }) => own);
    expect(ownNames.map((inC, position) => [shown[position], inC, isNameOf(shown[position] ?? '', inC)])).toEqual(
      shown.map((own, position) => [own, ownNames[position], true]),
    );
    const end = typed.some(({ type }) => type === 'io v') ? [VIX_PROPERTY_NONE] : [];
    expect({
      self: got.slice(0, selfHandle.length),
      areRight: args.map(({ isRight }, position) => isRight(got[selfHandle.length + position])),
      rest: got.slice(selfHandle.length + args.length),
    }).toEqual({
      self: selfHandle,
      areRight: args.map(() => true),
      rest: Object.keys(params).some(isClientData) ? [null] : end,
    });
  });
});
