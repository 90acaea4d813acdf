import assert from 'node:assert/strict';
import type { Vix } from '../api/vix.js';
import { Vix_Out } from '../api/vix-out.js';
import type { FunctionRow } from '../vix/functions/function-row.js';
import { constantName, errorName } from '../vix/lookup.js';
import {
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_HANDLETYPE_NONE,
  VIX_HANDLETYPE_PROPERTY_LIST,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_NONE,
} from '../vix/names.js';
import { properties, type VixPropertyName } from '../vix/properties.js';
import type { VixPropertyID } from '../vix/types.js';
import type { Outcome } from './outcome.js';

/** What must hold for the events of every job: any progress, an event per item, and completion last, exactly once. */
export function checkEvents(outcome: Outcome, row: FunctionRow, clientData: unknown): void {
  const { call, events, job, error } = outcome;
  const names = events.map(({ type }) => constantName('eventTypes', type));
  for (const event of events) {
    assert.equal(event.job, job, `${call}: handle given to the callback`);
    assert.equal(event.clientData, clientData, `${call}: client data given to the callback`);
    assert.ok(allowedEvents.has(event.type), `${call}: an event of the unknown type ${event.type}`);
    const isLast = event.type === VIX_EVENTTYPE_JOB_COMPLETED;
    assert.equal(event.isComplete, isLast, `${call}: whether the job is complete in an event of type ${event.type}`);
    const expected = isLast ? error : VIX_E_UNFINISHED_JOB;
    assert.equal(errorName(event.error), errorName(expected), `${call}: error in an event of type ${event.type}`);
    const isItem = event.type === VIX_EVENTTYPE_FIND_ITEM;
    assert.equal(event.info !== VIX_INVALID_HANDLE, isItem, `${call}: details of an event of type ${event.type}`);
    const infoType = isItem ? VIX_HANDLETYPE_PROPERTY_LIST : VIX_HANDLETYPE_NONE;
    assert.equal(event.infoType, infoType, `${call}: handle type of the details`);
  }
  const completions = events.filter(({ type }) => type === VIX_EVENTTYPE_JOB_COMPLETED).length;
  assert.equal(completions, 1, `${call}: completion events among ${names.join(', ')}`);
  assert.equal(events.at(-1)?.type, VIX_EVENTTYPE_JOB_COMPLETED, `${call}: last event of ${names.join(', ')}`);
  const items = events.filter(({ type }) => type === VIX_EVENTTYPE_FIND_ITEM).length;
  if (row.findsItems !== true) assert.equal(items, 0, `${call}: items found by a function that finds none`);
}

const allowedEvents: ReadonlySet<number> = new Set([
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_EVENTTYPE_FIND_ITEM,
]);

/**
 * What must hold for the results of every job: all that the table of functions promises when it went well, nothing
 * when it failed, and the error code in either case.
 */
export function checkResults(outcome: Outcome, row: FunctionRow, vix: Vix): void {
  const { call, job, error } = outcome;
  const code = Vix_Out<number>();
  vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, code, VIX_PROPERTY_NONE);
  assert.equal(code.value, error, `${call}: VIX_PROPERTY_JOB_RESULT_ERROR_CODE`);
  assert.equal(errorName(vix.VixJob_GetError(job)), errorName(error), `${call}: VixJob_GetError`);
  const message = vix.Revix_GetJobMessage(job);
  assert.equal(message !== '', error !== VIX_OK, `${call}: whether there is a message ("${message}")`);
  const counts = (row.results ?? []).map((name) => countResult(outcome, row, name, vix));
  assert.equal(
    new Set(counts).size <= 1,
    true,
    `${call}: the result properties repeat unequally: ${counts.join(', ')}`,
  );
}

function countResult(outcome: Outcome, row: FunctionRow, name: VixPropertyName, vix: Vix): number {
  const { id, type } = properties[name];
  const property = id as VixPropertyID;
  const count = vix.VixJob_GetNumProperties(outcome.job, property);
  if (outcome.error !== VIX_OK) {
    assert.equal(count, 0, `${outcome.call}: ${name} is a result of a job that failed`);
    return count;
  }
  if (row.indexedResults !== true) assert.equal(count, 1, `${outcome.call}: number of ${name}`);
  if (count === 0) return count;
  const propertyType = Vix_Out<number>();
  assert.equal(errorName(vix.Vix_GetPropertyType(outcome.job, property, propertyType)), 'VIX_OK', name);
  const expected = type === 'none' || type === 'unknown' ? '' : type.toUpperCase();
  assert.equal(constantName('propertyTypes', propertyType.value), `VIX_PROPERTYTYPE_${expected}`, name);
  return count;
}
