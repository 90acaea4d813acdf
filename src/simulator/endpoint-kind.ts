/** What an endpoint pretends to be. */
export type EndpointKind = 'vcenter' | 'esx';
