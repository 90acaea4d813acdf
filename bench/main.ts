import { measureBlocking } from './blocking-call.js';
import { measureHandles } from './handle-memory.js';
import { measureJobs } from './job-cycle.js';
import { measureScaling } from './job-scaling.js';
import { report, type Figure } from './figure.js';
import { measureNative } from './native.js';
import { measureSimulator } from './simulator.js';
import { measureVmrunStart } from './vmrun-start.js';
import { measureVsphere } from './vsphere.js';

const measures: Readonly<Record<string, () => Promise<Figure[]>>> = {
  jobs: measureJobs,
  scaling: measureScaling,
  handles: measureHandles,
  blocking: measureBlocking,
  vmrun: measureVmrunStart,
};

/** What needs other programs, or much of the machine; only run when it is asked for. */
const longMeasures: typeof measures = {
  vsphere: measureVsphere,
  simulator: measureSimulator,
  native: measureNative,
};

const all = { ...measures, ...longMeasures };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`unknown bench: ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
  process.exit(2);
}
let areGoalsMet = true;
for (const [name, measure] of Object.entries(wanted.length > 0 ? all : measures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await measure()) areGoalsMet = report(figure) && areGoalsMet;
}
if (!areGoalsMet) process.exitCode = 1;
