/** What `helper.cts` needs of the helper: the build makes one file of this and all that stands behind it. */
export { runHelper } from './helper.js';
export { warmUp } from './warm-up.js';
