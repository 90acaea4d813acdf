import { VIX_INVALID_HANDLE, type VixHandle } from 'revix';

export const fromRevix: VixHandle = VIX_INVALID_HANDLE;

// @ts-expect-error any number is no handle: handles come from Revix
export const fromNowhere: VixHandle = 1;
