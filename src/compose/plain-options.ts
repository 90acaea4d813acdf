import type { RevixConfig } from '../backends/config.js';
import { createMockBackend } from '../backends/mock/index.js';
import type { MockOptions } from '../backends/mock/index.js';
import type { VixOptions } from './vix-options.js';

/** What can be said of a mock host in plain data; each option as in `createMockBackend`. */
export type PlainMockOptions = Pick<
  MockOptions,
  'inventory' | 'directory' | 'powerDurationMs' | 'faults' | 'questions' | 'programLimits'
>;

/** Options of an engine that is not in the program's own thread or process: plain data. Everything may be left out. */
export interface PlainVixOptions {
  /** Configuration, or the path of its file; see `VixOptions`. */
  readonly config?: RevixConfig | string;
  /** Ends every job that takes longer with `VIX_E_CANCELLED`. By default jobs take as long as they take, as in VIX. */
  readonly jobTimeLimitMs?: number;
  /** File for a timeline of everything that happens; see `VixOptions`. */
  readonly trace?: string;
  /** The engine has this mock host, and no other backend. */
  readonly mock?: PlainMockOptions;
}

/** What `createVix` is to be given for plain options. */
export function vixOptionsFrom({ mock, ...options }: PlainVixOptions): VixOptions {
  return mock === undefined ? options : { ...options, backends: [createMockBackend(mock)] };
}
