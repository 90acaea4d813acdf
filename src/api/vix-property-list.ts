import { propertyValue, PropertyList } from '../handles/property-list.js';
import { VixFailure } from '../errors/vix-failure.js';
import { errorText, propertyById, propertyName } from '../vix/lookup.js';
import { VIX_E_INVALID_ARG, VIX_E_TYPE_MISMATCH, VIX_OK, VIX_PROPERTY_NONE } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { kindOf, text } from './arguments.js';
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
      let list: PropertyList;
      try {
        list = parseValues(values);
      } catch (error) {
        return callFailed(runtime, call, hostHandle, error);
      }
      const owner = runtime.table.find(hostHandle);
      const host = owner?.owner ?? owner;
      const entry = runtime.table.add('propertyList', { list }, call, host?.kind === 'host' ? host : undefined);
      entry.refs = 1;
      resultHandle.value = entry.handle;
      return VIX_OK;
    },
  };
}

/** @throws VixFailure for varargs that are no list of ids and values of their types. */
function parseValues(values: readonly unknown[]): PropertyList {
  const list = new PropertyList();
  for (let position = 0; ; position += 2) {
    const [id, value] = values.slice(position, position + 2);
    if (id === VIX_PROPERTY_NONE) return list;
    if (typeof id !== 'number' || position + 1 >= values.length) {
      throw new VixFailure(VIX_E_INVALID_ARG, 'the list of properties and values must end with VIX_PROPERTY_NONE');
    }
    const name = propertyName(id);
    const typed = propertyValue(id, value);
    if (typed === VIX_E_TYPE_MISMATCH) {
      throw new VixFailure(typed, `${name} takes a value of type ${propertyById(id)?.type}, not ${kindOf(value)}`);
    }
    if (typeof typed === 'number') throw new VixFailure(typed, `${name}: ${errorText(typed)}`);
    if (typed.type === 'string') text(name, typed.value);
    list.add(id, typed);
  }
}
