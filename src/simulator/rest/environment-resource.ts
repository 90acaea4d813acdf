import { environmentOf } from '../guest/process-manager.js';
import { guestPrivileges } from '../guest/guest-call.js';
import { inGuest } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { ok, RestMap, type RestCall, type RestRoute } from './rest-route.js';

/** Environment variables of guests. */
export const environmentRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    path: '/vcenter/vm/{vm}/guest/environment/{name}',
    action: 'get',
    run: async (call) => {
      const name = call.param('name');
      const value = (await read(call, [name])).get(name);
      if (value === undefined) throw new RestProblem('NOT_FOUND', `The variable '${name}' is not set.`);
      return ok(value);
    },
  },
  {
    method: 'POST',
    path: '/vcenter/vm/{vm}/guest/environment',
    action: 'list',
    run: async (call) => {
      if (!call.body.has('names')) throw call.body.invalid('names', 'it is missing; expected texts');
      return ok(new RestMap(Object.fromEntries(await read(call, call.body.texts('names')))));
    },
  },
];

function read(call: RestCall, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return inGuest(call, guestPrivileges.query, {}, ({ access, world }) =>
    access.read('guest.readEnvironment', world, (admitted) => environmentOf(admitted, names)),
  );
}
