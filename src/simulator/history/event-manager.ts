import type { Event, EventFilterSpec } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { isInScope } from './entity-scope.js';
import type { LoggedEvent } from './event-log.js';
import { addCollector, historyMethods, type HistoryTarget } from './history-collector.js';

/** Kinds of events that are posted, with the weight that lists show and what they say. */
const eventInfos = [
  ['UserLoginSessionEvent', 'info', 'User login'],
  ['UserLogoutSessionEvent', 'info', 'User logout'],
  ['VmStartingEvent', 'info', 'VM starting'],
  ['VmPoweredOnEvent', 'info', 'VM powered on'],
  ['VmFailedToPowerOnEvent', 'error', 'Cannot power on the VM'],
  ['VmStoppingEvent', 'info', 'VM stopping'],
  ['VmPoweredOffEvent', 'info', 'VM powered off'],
  ['VmSuspendingEvent', 'info', 'VM being suspended'],
  ['VmSuspendedEvent', 'info', 'VM suspended'],
  ['VmResumingEvent', 'info', 'VM resuming'],
  ['VmResettingEvent', 'info', 'VM resetting'],
  ['VmGuestShutdownEvent', 'info', 'Guest OS shut down'],
  ['VmGuestRebootEvent', 'info', 'Guest reboot'],
  ['VmGuestStandbyEvent', 'info', 'Guest standby'],
  ['VmReconfiguredEvent', 'info', 'VM reconfigured'],
  ['VmRenamedEvent', 'info', 'VM renamed'],
  ['VmBeingClonedEvent', 'info', 'VM being cloned'],
  ['VmClonedEvent', 'info', 'VM cloned'],
  ['VmCreatedEvent', 'info', 'VM created'],
  ['VmRegisteredEvent', 'info', 'VM registered'],
  ['VmRemovedEvent', 'info', 'VM removed'],
  ['VmUpgradeCompleteEvent', 'info', 'VM upgrade complete'],
  ['GeneralUserEvent', 'user', 'User event'],
  ['EventEx', 'info', 'Event'],
] as const;

const categoryOf: ReadonlyMap<string, string> = new Map(eventInfos.map(([type, category]) => [type, category]));

/** Whether an event passes a filter, the limit of their number apart. */
function passes(endpoint: Endpoint, event: LoggedEvent, filter: EventFilterSpec): boolean {
  const { entity, time, userName, eventChainId, category = [], type = [], eventTypeId = [] } = filter;
  const at = event.createdTime.getTime();
  if (time?.beginTime !== undefined && at < time.beginTime.getTime()) return false;
  if (time?.endTime !== undefined && at > time.endTime.getTime()) return false;
  if (eventChainId !== undefined && event.chainId !== eventChainId) return false;
  if (userName !== undefined) {
    const isNamed =
      (userName.userList ?? []).includes(event.userName) || (userName.systemUser && event.userName === '');
    if (!isNamed) return false;
  }
  if (category.length > 0 && !category.includes(categoryOf.get(event.$type) ?? 'info')) return false;
  if (!passesType(endpoint, event, [...type], [...eventTypeId])) return false;
  return entity === undefined || isInScope(endpoint, concerned(event), entity.entity, entity.recursion);
}

function passesType(
  { schema }: Endpoint,
  event: LoggedEvent,
  types: readonly string[],
  ids: readonly string[],
): boolean {
  if (types.length === 0 && ids.length === 0) return true;
  if (types.some((type) => schema.isA(event.$type, type))) return true;
  const names = [event.$type, `vim.event.${event.$type}`, event.eventTypeId];
  return ids.some((id) => names.includes(id));
}

function concerned({ vm, datacenter, host }: LoggedEvent): readonly Ref[] {
  return [vm?.vm, datacenter?.datacenter, host?.host].filter((ref) => ref !== undefined);
}

function matching(endpoint: Endpoint, filter: EventFilterSpec): readonly LoggedEvent[] {
  const events = endpoint.events.list().filter((event) => passes(endpoint, event, filter));
  return filter.maxCount === undefined ? events : events.slice(-filter.maxCount);
}

/** Events are made at many places; the codec checks what they hold. */
function asEvents(events: readonly LoggedEvent[]): readonly Event[] {
  return events as readonly unknown[] as readonly Event[];
}

const collectorKind: ManagedKind<HistoryTarget<LoggedEvent>> = {
  type: 'EventHistoryCollector',
  properties: {
    filter: ({ collector }) => collector.filter,
    initialized: () => true,
    latestPage: ({ collector }) => collector.latestPage,
  },
  methods: {
    ...historyMethods<LoggedEvent>(),
    ...vimMethods<HistoryTarget<LoggedEvent>>({
      ReadNextEvents: ({ collector }, { args }) => asEvents(collector.readNext(args.maxCount)),
      ReadPreviousEvents: ({ collector }, { args }) => asEvents(collector.readPrevious(args.maxCount)),
    }),
  },
};

const eventManagerKind: ManagedKind<Endpoint> = {
  type: 'EventManager',
  properties: {
    description: () => ({
      category: ['info', 'warning', 'error', 'user'].map((key) => ({ key, label: key, summary: key })),
      eventInfo: eventInfos.map(([key, category, description]) => ({
        key,
        description,
        category,
        formatOnDatacenter: description,
        formatOnComputeResource: description,
        formatOnHost: description,
        formatOnVm: description,
        fullFormat: description,
      })),
    }),
    latestEvent: ({ events }) => events.list().at(-1),
    maxCollector: () => 1000,
  },
  methods: vimMethods<Endpoint>({
    QueryEvents: (endpoint, { args }) => asEvents(matching(endpoint, args.filter)),
    CreateCollectorForEvents: (endpoint, { args, session }) => {
      const { filter } = args;
      const typed = { $type: 'EventFilterSpec', ...filter };
      const ref = addCollector(endpoint, session, collectorKind, typed, () => matching(endpoint, filter));
      return { type: 'EventHistoryCollector', value: ref.value };
    },
    LogUserEvent: async (endpoint, { args, session }) => {
      const { entity, msg } = args;
      if ((await endpoint.find(entity, session)) === undefined) {
        throw new VimFault(
          { $type: 'ManagedObjectNotFound', obj: entity },
          `There is no ${entity.type} ${entity.value}.`,
        );
      }
      const vm = endpoint.machines.byRef(entity) === undefined ? undefined : await endpoint.machines.open(entity);
      const record = await vm?.record();
      endpoint.events.post({
        type: 'GeneralUserEvent',
        message: msg,
        userName: session.userName,
        ...(record === undefined
          ? {}
          : {
              vm: {
                ref: { type: 'VirtualMachine', value: entity.value },
                name: record.name,
                isTemplate: record.isTemplate,
              },
            }),
        fields: { message: msg },
      });
    },
  }),
};

/** Puts the event manager into an endpoint; collectors hear of new events. */
export function addEventManager(endpoint: Endpoint): void {
  const value = endpoint.kind === 'esx' ? 'ha-eventmgr' : 'EventManager';
  const manager = managed({ type: 'EventManager', value }, eventManagerKind, endpoint);
  endpoint.addManager('eventManager', manager);
  endpoint.events.onEvent(() => {
    endpoint.objects.changed({ ref: manager.ref, kind: 'modify' });
    for (const session of endpoint.sessions.list()) endpoint.objectsOf(session).changedType('EventHistoryCollector');
  });
}
