import { connectAgent } from '../../../agent/agent-client.js';
import { agentPlace, flawOf } from '../../../agent/agent-place.js';
import { check, green, passedOver, trouble } from '../../check.js';

export const agentCheck = check({
  id: 'here.agent',
  title: 'Agent',
  looksAt:
    'Whether an agent runs that keeps the sessions of vmrun commands in this directory: each configuration and ' +
    'environment has one of its own.',
  problems: {
    'no-place': {
      status: 'yellow',
      cause: 'REVIX_AGENT asks for an agent, and none can start: {flaw}',
      next: 'Mend that folder or set REVIX_HOME to another one; until then each vmrun logs in for itself.',
    },
  },
  run: async (_, { env, directory, version }) => {
    const place = agentPlace(env, directory, version);
    const socket = await connectAgent(place);
    const facts = { socket: place.path };
    if (socket !== undefined) {
      socket.destroy();
      return green(`runs at ${place.path}`, undefined, { facts });
    }
    const flaw = env['REVIX_AGENT'] === '1' ? flawOf(place.folder) : undefined;
    if (flaw !== undefined) return trouble('no-place', { facts: { ...facts, flaw } });
    return passedOver('none runs for this directory; REVIX_AGENT=1 has vmrun start one');
  },
});
