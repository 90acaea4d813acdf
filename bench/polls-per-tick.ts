import type { TraceEvent } from 'revix';
import type { Vcsim } from './vcsim.js';
import { VsphereWork } from './vsphere-work.js';

const startMethod = 'GuestProcessManager.StartProgramInGuest';
const listMethod = 'GuestProcessManager.ListProcessesInGuest';

/**
 * How often a machine is asked for each time that Revix means to look at its programs, while many of them run. A look is
 * meant when half of the programs' time has gone by since the last answer, or 10 ms; a request that comes in less than half of
 * that pause, or while another is under way, is a further one for the same look.
 */
export async function pollsPerTick(server: Vcsim, location: string, programs: number): Promise<number> {
  const events: TraceEvent[] = [];
  const work = new VsphereWork(server, (event) => void events.push(event));
  await work.programsAtOnce(programs, location);
  await work.vix.Revix_Close();
  const times = (ph: 'B' | 'E', name: string): readonly number[] =>
    events.filter((event) => event.ph === ph && event.name === name).map(({ ts }) => ts / 1000);
  const sinceMs = Math.max(...times('E', startMethod));
  // Until all run, each new one is a reason to look soon, and such a look is not put off.
  const begins = times('B', listMethod);
  const polls = begins.filter((ms) => ms > sinceMs);
  const [first] = polls;
  const answers = times('E', listMethod);
  const isMeant = (ms: number): boolean => {
    const isUnderWay =
      begins.filter((begun) => begun < ms).length > answers.filter((answered) => answered <= ms).length;
    if (ms === first || isUnderWay) return ms === first;
    const lastMs = Math.max(sinceMs, ...[...polls, ...answers].filter((otherMs) => otherMs < ms));
    return ms - lastMs >= Math.max(10, (lastMs - sinceMs) / 2) / 2;
  };
  return polls.length / new Set(polls.filter(isMeant)).size;
}
