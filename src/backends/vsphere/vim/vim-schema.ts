import { Schema } from '../soap/schema.js';
import { abstractTypes, dataTypes } from './generated/data-types.js';
import { enums } from './generated/enums.js';
import { managedObjects } from './generated/managed-objects.js';

/** The part of `urn:vim25` that Revix names; scripts/vim/input.yaml lists it. */
export const vimSchema = new Schema({
  namespace: 'urn:vim25',
  dataTypes,
  abstract: abstractTypes,
  enums,
  managed: managedObjects,
});
