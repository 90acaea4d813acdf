import { propertyValue, PropertyList } from '../handles/property-list.js';
import { VixFailure } from '../errors/vix-failure.js';
import { errorText, propertyName } from '../vix/lookup.js';
import { VIX_E_INVALID_ARG, VIX_OK, VIX_PROPERTY_NONE } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { callFailed } from './call-failure.js';
import { isCell, noCell } from './property-cells.js';
import type { VixRuntime } from './vix-runtime.js';
import type { PropertyArguments, VixOut } from './vix-out.js';

/** The function with the prefix `VixPropertyList_`. */
export function vixPropertyListFunctions(runtime: VixRuntime) {
  return {
    /**
     * Makes a property list from values (not cells): id, value, ... , `VIX_PROPERTY_NONE`. May be empty.
     *
     * @param hostHandle any handle; the list does not depend on it.
     */
    VixPropertyList_AllocPropertyList<A extends readonly unknown[]>(
      hostHandle: VixHandle | 0,
      resultHandle: VixOut<VixHandle>,
      ...values: A & PropertyArguments<A>
    ): VixError {
      const call = 'VixPropertyList_AllocPropertyList';
      if (!isCell(resultHandle)) return callFailed(runtime, call, hostHandle, noCell('resultHandle'));
      const list = parseValues(values);
      if (list instanceof VixFailure) return callFailed(runtime, call, hostHandle, list);
      const owner = runtime.table.find(hostHandle);
      const host = owner?.owner ?? owner;
      const entry = runtime.table.add('propertyList', { list }, call, host?.kind === 'host' ? host : undefined);
      entry.refs = 1;
      resultHandle.value = entry.handle;
      return VIX_OK;
    },
  };
}

function parseValues(values: readonly unknown[]): PropertyList | VixFailure {
  const list = new PropertyList();
  for (let position = 0; ; position += 2) {
    const id = values[position];
    if (id === VIX_PROPERTY_NONE) return list;
    if (typeof id !== 'number' || position + 1 >= values.length) {
      return new VixFailure(VIX_E_INVALID_ARG, 'the list of properties and values must end with VIX_PROPERTY_NONE');
    }
    const value = propertyValue(id, values[position + 1]);
    if (typeof value === 'number') return new VixFailure(value, `${propertyName(id)}: ${errorText(value)}`);
    list.add(id, value);
  }
}
