import { Schema } from '../backends/vsphere/soap/schema.js';
import { abstractTypes, dataTypes } from '../backends/vsphere/vim/generated/data-types.js';
import { enums } from '../backends/vsphere/vim/generated/enums.js';
import { managedObjects } from '../backends/vsphere/vim/generated/managed-objects.js';
import { vimSchema } from '../backends/vsphere/vim/vim-schema.js';

/**
 * Reads one property of any object. No documentation names it, but every server has it, and pyvmomi reads all
 * properties by it.
 */
export const fetchMethod = 'Fetch';

/** What an endpoint's wire knows. */
export const endpointSchema: Schema = new Schema({
  namespace: vimSchema.namespace,
  dataTypes,
  abstract: abstractTypes,
  enums,
  managed: {
    ...managedObjects,
    ManagedObject: {
      base: '',
      properties: '',
      methods: {
        [fetchMethod]: { params: 'prop xsd:string', result: 'xsd:anyType?', privileges: { _this: 'System.Anonymous' } },
      },
    },
  },
});
