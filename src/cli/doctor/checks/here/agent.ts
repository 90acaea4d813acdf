import { connectAgent } from '../../../agent/agent-client.js';
import { agentPlace } from '../../../agent/agent-place.js';
import { check, green, passedOver } from '../../check.js';

export const agentCheck = check({
  id: 'here.agent',
  title: 'Agent',
  looksAt:
    'Whether an agent runs that keeps the sessions of vmrun commands in this directory: each configuration and ' +
    'environment has one of its own.',
  run: async (_, { env, directory, version }) => {
    const place = agentPlace(env, directory, version);
    const socket = await connectAgent(place);
    const facts = { socket: place.path };
    if (socket === undefined) return passedOver('none runs for this directory; REVIX_AGENT=1 has vmrun start one');
    socket.destroy();
    return green(`runs at ${place.path}`, undefined, { facts });
  },
});
