import type { CallContext, GuestRegistryOps, RegistryKey, RegistryValue } from '../../backend.js';
import type { GuestRegKeyNameSpec, GuestRegValueDataSpec, GuestRegValueSpec } from '../vim/generated/types.js';
import type { GuestCaller } from './guest-caller.js';

/** Registry of one Windows guest over vSphere. */
export class VsphereGuestRegistry implements GuestRegistryOps {
  readonly #caller: GuestCaller;

  constructor(caller: GuestCaller) {
    this.#caller = caller;
  }

  async keys(
    path: string,
    options: { readonly isRecursive: boolean },
    call: CallContext,
  ): Promise<readonly RegistryKey[]> {
    const args = { keyName: named(path), recursive: options.isRecursive };
    const found = await this.#caller.any('ListRegistryKeysInGuest', args, call);
    return found.map(({ key: { keyName, classType, lastWritten } }) => ({
      path: keyName.registryPath,
      classType,
      lastWritten,
    }));
  }

  createKey(path: string, options: { readonly isVolatile: boolean }, call: CallContext): Promise<void> {
    const args = { keyName: named(path), isVolatile: options.isVolatile };
    return this.#caller.any('CreateRegistryKeyInGuest', args, call);
  }

  deleteKey(path: string, options: { readonly isRecursive: boolean }, call: CallContext): Promise<void> {
    const args = { keyName: named(path), recursive: options.isRecursive };
    return this.#caller.any('DeleteRegistryKeyInGuest', args, call);
  }

  async values(
    path: string,
    options: { readonly expandStrings: boolean },
    call: CallContext,
  ): Promise<readonly RegistryValue[]> {
    const args = { keyName: named(path), expandStrings: options.expandStrings };
    return (await this.#caller.any('ListRegistryValuesInGuest', args, call)).map(valueOf);
  }

  setValue(path: string, value: RegistryValue, _options: object, call: CallContext): Promise<void> {
    const name = { keyName: named(path), name: value.name };
    return this.#caller.any('SetRegistryValueInGuest', { value: { name, data: dataOf(value) } }, call);
  }

  deleteValue(path: string, name: string, call: CallContext): Promise<void> {
    return this.#caller.any('DeleteRegistryValueInGuest', { valueName: { keyName: named(path), name } }, call);
  }
}

/** The view that programs of the guest's own width have. */
function named(path: string): GuestRegKeyNameSpec {
  return { registryPath: path, wowBitness: 'WOWNative' };
}

function valueOf({ name: { name }, data }: GuestRegValueSpec): RegistryValue {
  switch (data.$type) {
    case 'GuestRegValueStringSpec':
      return { name, type: 'REG_SZ', data: data.value ?? '' };
    case 'GuestRegValueExpandStringSpec':
      return { name, type: 'REG_EXPAND_SZ', data: data.value ?? '' };
    case 'GuestRegValueMultiStringSpec':
      return { name, type: 'REG_MULTI_SZ', data: data.value ?? [] };
    case 'GuestRegValueDwordSpec':
      // The wire has signed numbers where the registry has unsigned ones.
      return { name, type: 'REG_DWORD', data: data.value >>> 0 };
    case 'GuestRegValueQwordSpec':
      return { name, type: 'REG_QWORD', data: BigInt.asUintN(64, data.value) };
    case 'GuestRegValueBinarySpec':
      return { name, type: 'REG_BINARY', data: data.value ?? new Uint8Array(0) };
  }
}

function dataOf(value: RegistryValue): GuestRegValueDataSpec {
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
