import type { Session } from '../sessions.js';
import type { VmView } from './vm-view.js';

/** Tells the event log of something that befell a machine. */
export function vmEvent(
  { endpoint, ref, record, datacenter }: VmView,
  event: {
    readonly type: string;
    readonly message: string;
    /** undefined: nobody in particular. */
    readonly session: Session | undefined;
    readonly fields?: Readonly<Record<string, unknown>>;
  },
): void {
  const { type, message, session, fields } = event;
  endpoint.events.post({
    type,
    message,
    userName: session?.userName ?? '',
    vm: { ref, name: record.name, isTemplate: record.isTemplate },
    datacenter,
    ...(fields === undefined ? {} : { fields }),
  });
}
