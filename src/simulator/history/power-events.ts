import type { PowerPhase } from '../../world/vm/vm-record.js';
import type { Endpoint } from '../endpoint.js';
import type { Machine, PowerMark, SeenMachine } from '../machines.js';
import { wireName } from '../inventory/wire-name.js';

/** What is told when a machine comes into a phase: the event, what it says, and the one that should have come before. */
interface PhaseEvent {
  readonly type: string;
  readonly words: string;
  /** Phase that leads here; where it was not seen, its own event is told too. */
  readonly through?: PowerPhase;
}

const phaseEvents: Readonly<Record<PowerPhase, PhaseEvent>> = {
  'powering-on': { type: 'VmStartingEvent', words: 'is starting' },
  on: { type: 'VmPoweredOnEvent', words: 'is powered on', through: 'powering-on' },
  'powering-off': { type: 'VmStoppingEvent', words: 'is stopping' },
  off: { type: 'VmPoweredOffEvent', words: 'is powered off', through: 'powering-off' },
  resetting: { type: 'VmResettingEvent', words: 'is reset' },
  suspending: { type: 'VmSuspendingEvent', words: 'is being suspended' },
  suspended: { type: 'VmSuspendedEvent', words: 'is suspended', through: 'suspending' },
  resuming: { type: 'VmResumingEvent', words: 'is resumed' },
};

/** Phases that a machine passes without being told of, between how it was seen last and how it is seen now. */
function eventsBetween(before: PowerMark, now: PowerMark): readonly PhaseEvent[] {
  if (before.phase === now.phase) {
    return now.phase === 'on' && before.bootCount !== now.bootCount ? [phaseEvents.resetting] : [];
  }
  // A reset ends where it began, so nothing more is told of it.
  if (before.phase === 'resetting' && now.phase === 'on') return [];
  const event = phaseEvents[now.phase];
  const through = now.phase === 'on' && before.phase === 'suspended' ? 'resuming' : event.through;
  const isSeen = through === undefined || before.phase === through || before.phase === 'resuming';
  return isSeen ? [event] : [phaseEvents[through], event];
}

/** Tells of every change of power, whoever caused it: a client, another door to the world, or the guest itself. */
export function addPowerEvents(endpoint: Endpoint): void {
  endpoint.inventory.watchPower((machine, before, now) => {
    for (const event of eventsBetween(before, now.power)) tell(endpoint, machine, now, event);
  });
}

function tell(
  endpoint: Endpoint,
  { ref }: Machine,
  { name, isTemplate }: SeenMachine,
  { type, words }: PhaseEvent,
): void {
  const datacenter = ref === undefined ? undefined : endpoint.inventory.datacenterOf(ref);
  if (ref === undefined || datacenter === undefined) return;
  const task = endpoint.tasks.ofEntity(ref).findLast(({ hasEnded }) => !hasEnded);
  endpoint.events.post({
    type,
    message: `${wireName(name)} on ${datacenter.hostName} in ${datacenter.shownName} ${words}`,
    userName: task?.spec.session.userName ?? '',
    vm: { ref, name, isTemplate },
    datacenter,
    ...(task === undefined ? {} : { chainId: task.number }),
  });
}
