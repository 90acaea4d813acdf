import * as v from 'valibot';
import type { FaultKind } from '../base/fault.js';
import { faultKindNames, isFaultKind } from './fault-kinds.js';
import { isOperationPattern, operationNames, type OperationPattern } from './operation-names.js';
import { isObject, keys, name, number, text, unknownName, whole } from './schema-parts.js';

const faultKind = v.custom<FaultKind>(isFaultKind, (issue) =>
  unknownName('kind of fault', issue.input, faultKindNames),
);

const delay = keys({ delayMs: whole(0) });
const failure = keys({ error: faultKind, message: v.exactOptional(text) });
const silence = keys({ never: v.literal(true, 'expected true') });
const drop = keys({ dropConnection: v.literal(true, 'expected true') });
const noEffect = v.custom<never>(
  () => false,
  'expected one of { delayMs }, { error, message }, { never: true }, { dropConnection: true }',
);
const effect = v.lazy((input) => {
  if (!isObject(input)) return noEffect;
  if ('delayMs' in input) return delay;
  if ('error' in input) return failure;
  if ('never' in input) return silence;
  return 'dropConnection' in input ? drop : noEffect;
});

const operation = v.custom<OperationPattern>(isOperationPattern, (issue) =>
  unknownName('operation', issue.input, operationNames),
);

/** Shape of a fault rule, in an inventory or in code. */
export const faultSchema = keys({
  operation,
  vm: v.exactOptional(name),
  count: v.exactOptional(whole(1)),
  probability: v.exactOptional(
    v.pipe(number, v.minValue(0, 'must be from 0 to 1'), v.maxValue(1, 'must be from 0 to 1')),
  ),
  seed: v.exactOptional(whole(0)),
  effect,
});
