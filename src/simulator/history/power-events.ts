import type { PowerPhase } from '../../world/vm/vm-record.js';
import type { Endpoint } from '../endpoint.js';
import type { Machine, PowerMark, SeenMachine } from '../machines.js';
import { wireName } from '../inventory/wire-name.js';

/** What is told when a machine comes into a phase. */
interface PhaseEvent {
  readonly type: string;
  readonly words: string;
}

const phaseEvents: Readonly<Record<PowerPhase, PhaseEvent>> = {
  'powering-on': { type: 'VmStartingEvent', words: 'is starting' },
  on: { type: 'VmPoweredOnEvent', words: 'is powered on' },
  'powering-off': { type: 'VmStoppingEvent', words: 'is stopping' },
  off: { type: 'VmPoweredOffEvent', words: 'is powered off' },
  resetting: { type: 'VmResettingEvent', words: 'is reset' },
  suspending: { type: 'VmSuspendingEvent', words: 'is being suspended' },
  suspended: { type: 'VmSuspendedEvent', words: 'is suspended' },
  resuming: { type: 'VmResumingEvent', words: 'is resumed' },
};

/** The phase that comes before another one, for a machine that was in `start` at first. */
function phaseBefore(phase: PowerPhase, start: PowerPhase): PowerPhase {
  switch (phase) {
    case 'on':
      if (start === 'resetting') return 'resetting';
      return ['suspending', 'suspended', 'resuming'].includes(start) ? 'resuming' : 'powering-on';
    case 'off':
      return 'powering-off';
    case 'suspended':
      return 'suspending';
    case 'powering-on':
      return 'off';
    case 'resuming':
      return 'suspended';
    case 'powering-off':
      return start === 'suspended' ? 'suspended' : 'on';
    case 'suspending':
    case 'resetting':
      return 'on';
  }
}

/** No way from one phase to another is longer. */
const longestWay = 8;

/** The phases from the one that was seen last to the one that is seen now: some may be over before anybody looks. */
function phasesBetween(before: PowerMark, now: PowerMark): readonly PowerPhase[] {
  // A start that failed never was on.
  if (before.phase === 'powering-on' && now.phase === 'off' && before.bootCount === now.bootCount) {
    return ['powering-off', 'off'];
  }
  const way: PowerPhase[] = [];
  for (let phase = now.phase; phase !== before.phase && way.length < longestWay;) {
    way.unshift(phase);
    phase = phaseBefore(phase, before.phase);
  }
  // A reset ends where it began, so nothing more is told of it.
  return before.phase === 'resetting' ? way.slice(1) : way;
}

/** What is told of a machine, between how it was seen last and how it is seen now. */
export function eventsBetween(before: PowerMark, now: PowerMark): readonly PhaseEvent[] {
  if (before.phase === now.phase) {
    return now.phase === 'on' && before.bootCount !== now.bootCount ? [phaseEvents.resetting] : [];
  }
  return phasesBetween(before, now).map((phase) => phaseEvents[phase]);
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
