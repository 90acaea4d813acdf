/** Public entry `revix/vsphere`: the backend for vCenter and ESXi. */
export { createVsphereBackend } from './vsphere-backend.js';
export type { TlsOption, VsphereOptions } from './settings.js';
