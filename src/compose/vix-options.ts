import type { BackendModule } from '../backends/backend.js';
import type { RevixConfig } from '../backends/config.js';
import type { MockOptions } from '../backends/mock/index.js';
import type { VsphereOptions } from '../backends/vsphere/index.js';
import type { Clock } from '../base/clock.js';
import type { TraceEvent } from '../base/timeline.js';

/** How a set of VIX functions is made. Everything may be left out. */
export interface VixOptions {
  /** Backends in order of preference; by default vSphere and the mock host with its default inventory. */
  readonly backends?: readonly BackendModule[];
  /** Options of the default mock host; of no meaning together with `backends`. */
  readonly mock?: MockOptions;
  /** Options of the default vSphere backend; of no meaning together with `backends`. */
  readonly vsphere?: VsphereOptions;
  /**
   * Configuration, or the path of its file. By default the file that `REVIX_CONFIG` names, else `revix.config.json` in
   * the current directory if there is one.
   */
  readonly config?: RevixConfig | string;
  readonly clock?: Clock;
  /**
   * Ends every job, and every read outside of a job, that takes longer with `VIX_E_CANCELLED`. By default they take as
   * long as they take, as in VIX.
   */
  readonly jobTimeLimitMs?: number;
  /**
   * Where a timeline of everything that happens goes: the path of a file, or a function that takes each event. By default
   * the file that `REVIX_TRACE` names; without one nothing is drawn. See docs/trace.md.
   */
  readonly trace?: string | ((event: TraceEvent) => void);
}
