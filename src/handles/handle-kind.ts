import {
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_JOB,
  VIX_HANDLETYPE_PROPERTY_LIST,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_HANDLETYPE_VM,
} from '../vix/names.js';

/** Kinds of handle that public VIX functions yield, with the number that `Vix_GetHandleType` answers. */
export const handleTypes = {
  host: VIX_HANDLETYPE_HOST,
  vm: VIX_HANDLETYPE_VM,
  job: VIX_HANDLETYPE_JOB,
  snapshot: VIX_HANDLETYPE_SNAPSHOT,
  propertyList: VIX_HANDLETYPE_PROPERTY_LIST,
} as const;

export type HandleKind = keyof typeof handleTypes;
