import { join } from 'node:path';
import * as v from 'valibot';
import { Fault } from '../../base/fault.js';
import { type HostRecord, newHostRecord } from '../vm/host-record.js';
import { type HostDisk, readWhole } from './host-disk.js';

const fileName = '.revix-host.json';

const schema = v.object({
  portForwardings: v.array(
    v.object({
      network: v.string(),
      protocol: v.picklist(['tcp', 'udp']),
      hostPort: v.number(),
      guestIp: v.string(),
      guestPort: v.number(),
      description: v.string(),
    }),
  ),
});

/** Reads what a directory keeps of its host. @throws Fault `vm-config-unreadable` for a damaged file. */
export function readHostFile(directory: string): HostRecord {
  const path = join(directory, fileName);
  const text = readWhole(path)?.toString();
  if (text === undefined) return newHostRecord();
  const outcome = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (outcome.success) return outcome.output;
  throw new Fault('vm-config-unreadable', `${path} is damaged: ${outcome.issues[0].message}. Correct or delete it.`);
}

export async function writeHostFile(directory: string, record: HostRecord, disk: HostDisk): Promise<void> {
  await disk.replaceFile(join(directory, fileName), `${JSON.stringify(record, null, 2)}\n`);
}
