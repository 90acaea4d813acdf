import { check, green, passedOver, trouble } from '../../check.js';
import { loginCheck } from './login.js';

export const machinesCheck = check({
  id: 'host.machines',
  title: 'Machines',
  looksAt: 'How many machines the user can see, and how many of them run.',
  needs: { login: loginCheck },
  problems: {
    none: {
      status: 'yellow',
      cause: 'The user sees no machine on this host.',
      next: 'Give the user a role on the machines or on a folder above, and let it propagate.',
    },
  },
  run: async ({ login: { client } }, { signal }) => {
    const { viewManager, rootFolder: container } = client.content;
    if (viewManager === undefined) return passedOver('the host cannot list its inventory');
    const args = { container, type: ['VirtualMachine'], recursive: true };
    const view = await client.call(viewManager, 'CreateContainerView', args, { signal });
    let [visible, running] = [0, 0];
    const members = { $type: 'TraversalSpec' as const, type: 'ContainerView', path: 'view' };
    const spec = {
      propSet: [{ type: 'VirtualMachine', pathSet: ['runtime.powerState'] }],
      objectSet: [{ obj: view, skip: true, selectSet: [members] }],
    };
    for await (const { propSet = [] } of client.retrieve(spec, { signal })) {
      visible += 1;
      if (propSet.some(({ val }) => val === 'poweredOn')) running += 1;
    }
    // With the session the view would go as well.
    await client.call(view, 'DestroyView', {}, { signal });
    const facts = { visible, running };
    if (visible === 0) return trouble('none', { facts, value: undefined });
    return green(`${visible} visible, ${running} of them running`, undefined, { facts });
  },
});
