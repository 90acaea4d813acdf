import { measureBlocking } from './blocking-call.js';
import { measureHandles } from './handle-memory.js';
import { measureJobs } from './job-cycle.js';
import { measureScaling } from './job-scaling.js';
import { report, type Figure } from './figure.js';

const measures: Readonly<Record<string, () => Promise<Figure[]>>> = {
  jobs: measureJobs,
  scaling: measureScaling,
  handles: measureHandles,
  blocking: measureBlocking,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in measures));
if (unknown.length > 0) {
  console.error(`unknown bench: ${unknown.join(', ')}; there are ${Object.keys(measures).join(', ')}`);
  process.exit(2);
}
let areGoalsMet = true;
for (const [name, measure] of Object.entries(measures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await measure()) areGoalsMet = report(figure) && areGoalsMet;
}
if (!areGoalsMet) process.exitCode = 1;
