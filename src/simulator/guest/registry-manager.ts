import type { Fault } from '../../base/fault.js';
import type { RegistryValue } from '../../world/guest/program.js';
import { GuestRegistrySession, type RegistryKeyView } from '../../world/vm/guest-registry-session.js';
import type { Fields } from '../fields.js';
import type { ManagedKind } from '../managed-object.js';
import { localized, VimFault } from '../vim-fault.js';
import { guestMethod, guestPrivileges } from './guest-call.js';
import { guestFault, type GuestFaultContext } from './guest-faults.js';
import type { GuestServices } from './guest-services.js';

const { query, modify } = guestPrivileges;

/** Which view of the registry a client asks for: on a guest of 64 bits, programs of 32 bits see another SOFTWARE. */
const bitnesses: ReadonlySet<string> = new Set(['WOWNative', 'WOW32', 'WOW64']);

const softwareKey = /^(HKEY_LOCAL_MACHINE|HKLM)\\SOFTWARE(?=\\|$)(?!\\WOW6432Node(?:\\|$))/iu;

/** Registry of guests with Windows. */
export const registryManagerKind: ManagedKind<GuestServices> = {
  type: 'GuestWindowsRegistryManager',
  properties: {},
  methods: {
    CreateRegistryKeyInGuest: guestMethod({ privilege: modify, about: aboutKey }, ({ access, args, world }) => {
      const classType = args.optionalText('classType');
      const options = {
        isVolatile: args.flag('isVolatile'),
        ...(classType === undefined ? {} : { classType }),
      };
      return new GuestRegistrySession(access).createKey(keyOf(args.object('keyName')).path, options, world);
    }),
    ListRegistryKeysInGuest: guestMethod({ privilege: query, about: aboutKey }, async ({ access, args, world }) => {
      const key = keyOf(args.object('keyName'));
      const options = { isRecursive: args.flag('recursive'), matchPattern: args.optionalText('matchPattern') ?? '' };
      const keys = await new GuestRegistrySession(access).keys(key.path, options, world);
      return keys.map((view) => keyRecord(key, view));
    }),
    DeleteRegistryKeyInGuest: guestMethod({ privilege: modify, about: aboutKey }, ({ access, args, world }) => {
      const { path } = keyOf(args.object('keyName'));
      return new GuestRegistrySession(access).deleteKey(path, { isRecursive: args.flag('recursive') }, world);
    }),
    SetRegistryValueInGuest: guestMethod(
      { privilege: modify, about: (args) => aboutValue(args.object('value').object('name')) },
      ({ access, args, world }) => {
        const spec = args.object('value');
        const name = spec.object('name');
        const { path } = keyOf(name.object('keyName'));
        const value = valueOf(name.text('name'), spec.object('data'));
        return new GuestRegistrySession(access).setValue(path, value, { isKeyRequired: true }, world);
      },
    ),
    ListRegistryValuesInGuest: guestMethod({ privilege: query, about: aboutKey }, async ({ access, args, world }) => {
      const { path, spec } = keyOf(args.object('keyName'));
      const options = {
        expandStrings: args.flag('expandStrings'),
        matchPattern: args.optionalText('matchPattern') ?? '',
      };
      const values = await new GuestRegistrySession(access).values(path, options, world);
      return values.map((value) => ({
        $type: 'GuestRegValueSpec',
        name: { $type: 'GuestRegValueNameSpec', keyName: spec, name: value.name },
        data: dataOf(value),
      }));
    }),
    DeleteRegistryValueInGuest: guestMethod(
      { privilege: modify, about: (args) => aboutValue(args.object('valueName')) },
      ({ access, args, world }) => {
        const name = args.object('valueName');
        const { path } = keyOf(name.object('keyName'));
        return new GuestRegistrySession(access).deleteValue(path, name.text('name'), world);
      },
    ),
  },
};

interface RegistryKeyName {
  /** Where the key lies in the guest. */
  readonly path: string;
  /** The name as the client wrote it. */
  readonly spec: { readonly $type: string; readonly registryPath: string; readonly wowBitness: string };
}

/** @throws VimFault `InvalidArgument` for a bitness that there is not. */
function keyOf(name: Fields): RegistryKeyName {
  const registryPath = name.text('registryPath');
  const wowBitness = name.text('wowBitness');
  if (!bitnesses.has(wowBitness)) throw name.invalid('wowBitness', `it is none of ${[...bitnesses].join(', ')}`);
  const path = wowBitness === 'WOW32' ? registryPath.replace(softwareKey, '$&\\WOW6432Node') : registryPath;
  return { path, spec: { $type: 'GuestRegKeyNameSpec', registryPath, wowBitness } };
}

function aboutKey(args: Fields): GuestFaultContext {
  return { keyName: args.object('keyName').text('registryPath') };
}

function aboutValue(name: Fields): GuestFaultContext {
  return { ...aboutKey(name), valueName: name.text('name') };
}

/** GuestRegKeyRecordSpec of a key below another one, named in the client's own terms. */
function keyRecord({ path, spec }: RegistryKeyName, view: RegistryKeyView): object {
  const below = view.path.slice(path.replace(/\\+$/u, '').length);
  const registryPath = spec.registryPath.replace(/\\+$/u, '') + below;
  return {
    $type: 'GuestRegKeyRecordSpec',
    key: {
      $type: 'GuestRegKeySpec',
      keyName: { ...spec, registryPath },
      classType: view.classType,
      lastWritten: view.lastWritten,
    },
    ...(view.fault === undefined ? {} : { fault: localizedFault(view.fault, registryPath) }),
  };
}

function localizedFault(fault: Fault, keyName: string): object {
  const told = guestFault(fault, { keyName });
  return localized(told instanceof VimFault ? told : new VimFault({ $type: 'GuestRegistryFault' }, fault.message));
}

/** @throws VimFault `InvalidArgument` for data of a type that the registry does not know. */
function valueOf(name: string, data: Fields): RegistryValue {
  switch (data.type) {
    case 'GuestRegValueStringSpec':
      return { name, type: 'REG_SZ', data: data.optionalText('value') ?? '' };
    case 'GuestRegValueExpandStringSpec':
      return { name, type: 'REG_EXPAND_SZ', data: data.optionalText('value') ?? '' };
    case 'GuestRegValueMultiStringSpec':
      return { name, type: 'REG_MULTI_SZ', data: data.texts('value') };
    case 'GuestRegValueDwordSpec':
      // The wire has signed numbers where the registry has unsigned ones.
      return { name, type: 'REG_DWORD', data: data.whole('value') >>> 0 };
    case 'GuestRegValueQwordSpec':
      return { name, type: 'REG_QWORD', data: BigInt.asUintN(64, data.long('value')) };
    case 'GuestRegValueBinarySpec':
      return { name, type: 'REG_BINARY', data: data.optionalBytes('value') ?? new Uint8Array(0) };
    default:
      throw new VimFault(
        { $type: 'InvalidArgument', invalidProperty: 'value.data' },
        `A specified parameter was not correct: value.data: there is no ${data.type || 'untyped'} data in a registry.`,
      );
  }
}

function dataOf(value: RegistryValue): object {
  switch (value.type) {
    case 'REG_SZ':
      return { $type: 'GuestRegValueStringSpec', value: value.data };
    case 'REG_EXPAND_SZ':
      return { $type: 'GuestRegValueExpandStringSpec', value: value.data };
    case 'REG_MULTI_SZ':
      return { $type: 'GuestRegValueMultiStringSpec', value: value.data };
    case 'REG_DWORD':
      return { $type: 'GuestRegValueDwordSpec', value: value.data | 0 };
    case 'REG_QWORD':
      return { $type: 'GuestRegValueQwordSpec', value: BigInt.asIntN(64, BigInt(value.data)) };
    case 'REG_BINARY':
      return { $type: 'GuestRegValueBinarySpec', value: value.data };
  }
}
