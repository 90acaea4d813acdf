import { FakeClock, RealClock } from '../../base/clock.js';
import type { Terminal } from '../terminal.js';
import { Control } from './control.js';
import { RunningEndpoint } from './running-endpoint.js';
import type { SimulationPlan, WorldPlan } from './simulation-plan.js';
import { openWorld, type OpenWorld } from './open-world.js';

/**
 * Serves endpoints until the process is asked to end.
 * @returns the exit status, 0.
 * @throws Error when an endpoint cannot be started; none is left then.
 */
export async function simulate(plan: SimulationPlan, terminal: Terminal, isJson: boolean): Promise<number> {
  const clock = plan.hasFakeClock ? new FakeClock() : new RealClock();
  const worlds = new Map<WorldPlan, OpenWorld>();
  const endpoints: RunningEndpoint[] = [];
  const control = new Control(clock, endpoints);
  const asked = untilAsked(terminal);
  try {
    for (const endpointPlan of plan.endpoints) {
      const { world: worldPlan } = endpointPlan;
      const open = worlds.get(worldPlan) ?? (await openWorld(worldPlan, clock));
      worlds.set(worldPlan, open);
      endpoints.push(await RunningEndpoint.start(endpointPlan, open.world, { clock, onDefect: tellDefect(terminal) }));
    }
    const controlUrl = plan.controlPort === undefined ? undefined : await control.listen(plan.controlPort);
    terminal.write('stdout', isJson ? jsonLine(endpoints, controlUrl) : readyLines(endpoints, controlUrl));
    if (terminal.isPerson('stderr')) terminal.write('stderr', `${hint(plan)}\n`);
    await asked.signal;
  } finally {
    asked.stop();
    await control.close();
    for (const endpoint of endpoints) await endpoint.close();
    for (const world of worlds.values()) await world.close();
  }
  return 0;
}

/** Waits for a signal from now on, so that one which comes during the start is not lost. */
function untilAsked(terminal: Terminal): { readonly signal: Promise<void>; stop(): void } {
  let stop = (): void => undefined;
  const signal = new Promise<void>((resolve) => {
    stop = terminal.onInterrupt(() => resolve());
  });
  return { signal, stop: () => stop() };
}

function tellDefect(terminal: Terminal): (error: unknown, where: string) => void {
  return (error, where) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.write('stderr', `revix simulate: a defect at ${where}: ${text}\n`);
  };
}

/** What scripts wait for and read. A change of these lines breaks them. */
function readyLines(endpoints: readonly RunningEndpoint[], controlUrl: string | undefined): string {
  const control = controlUrl === undefined ? [] : [`control ${controlUrl}`];
  const ready = endpoints.map(({ name, url, sha256 }) => `ready ${name} ${url} ${sha256 ?? '-'}`);
  return [...control, ...ready, ''].join('\n');
}

/** What a person would like to know next. */
function hint({ endpoints }: SimulationPlan): string {
  const isOpen = endpoints.every(({ users }) => users.length === 0);
  const login = isOpen
    ? 'log in as the users of the inventory, or where it has none as anybody'
    : 'log in as --user says';
  return `  ${login}; \`vmrun -T vc -h URL -u USER -p PASSWORD list\` looks in; Ctrl-C ends it`;
}

function jsonLine(endpoints: readonly RunningEndpoint[], controlUrl: string | undefined): string {
  const shown = endpoints.map(({ description }) => description);
  return `${JSON.stringify({ endpoints: shown, control: controlUrl ?? null })}\n`;
}
