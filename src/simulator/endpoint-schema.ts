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

/** Tells of a disk. No documentation names it, but servers have it, and govc asks for it. */
export const diskInfoMethod = 'QueryVirtualDiskInfo_Task';

const { VirtualDiskManager: diskManager = { base: 'ManagedObject', properties: '', methods: {} } } = managedObjects;

/** What an endpoint's wire knows. */
export const endpointSchema: Schema = new Schema({
  namespace: vimSchema.namespace,
  dataTypes: {
    ...dataTypes,
    VirtualDiskUnit: ['', 'name xsd:string; datacenter? &Datacenter'],
    VirtualDiskInfo: ['', 'unit VirtualDiskUnit; diskType xsd:string; parent? xsd:string'],
  },
  abstract: abstractTypes,
  enums,
  managed: {
    ...managedObjects,
    VirtualDiskManager: {
      ...diskManager,
      methods: {
        ...diskManager.methods,
        [diskInfoMethod]: {
          params: 'name xsd:string; datacenter? &Datacenter; includeParents xsd:boolean',
          result: '&Task',
          taskResult: 'VirtualDiskInfo[]',
        },
      },
    },
    ManagedObject: {
      base: '',
      properties: '',
      methods: {
        [fetchMethod]: { params: 'prop xsd:string', result: 'xsd:anyType?', privileges: { _this: 'System.Anonymous' } },
      },
    },
  },
});
