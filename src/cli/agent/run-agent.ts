import { join } from 'node:path';
import { RealClock } from '../../base/clock.js';
import { createVix } from '../../compose/create-vix.js';
import { revixHome } from '../home.js';
import type { Terminal } from '../terminal.js';
import { revixVersion } from '../version.js';
import { agentPlace } from './agent-place.js';
import { startAgent } from './agent-server.js';

/** Runs an agent until nobody has needed it for so long, or it is asked to end. @returns the exit status. */
export async function runAgent(idleSeconds: number, terminal: Terminal): Promise<number> {
  const place = agentPlace(terminal.env, terminal.directory, revixVersion());
  const clock = new RealClock();
  const mock = { home: join(revixHome(terminal.env), 'mock'), isInPlace: true };
  const vix = createVix({ clock, mock, config: place.config ?? {} });
  const agent = await startAgent({ place, vix, clock, idleMs: idleSeconds * 1000 });
  if (agent === undefined) {
    await vix.Revix_Close();
    terminal.write('stdout', `an agent is at work already at ${place.path}\n`);
    return 0;
  }
  const stopListening = terminal.onInterrupt(() => void agent.close());
  terminal.write('stdout', `ready at ${place.path}\n`);
  await agent.ended;
  stopListening();
  return 0;
}
