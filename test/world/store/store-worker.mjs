// A process that works on a directory store until it has done all it was told, or is killed.
// Takes the directory as its argument and the operations as JSON on its input. Prints a line when it is ready and one per acknowledgement.
import { readFileSync, writeSync } from 'node:fs';
import { RealClock } from '../../../dist/base/clock.js';
import { GuestFileSystem } from '../../../dist/world/guest/guest-file-system.js';
import { openDirectoryStore } from '../../../dist/world/store/directory-store.js';
import { VmxDocument } from '../../../dist/world/store/vmx-file.js';
import { recordFromVmx } from '../../../dist/world/store/vmx-record.js';
import { perform } from './operations.mjs';

const [directory = ''] = process.argv.slice(2);
const script = JSON.parse(readFileSync(0, 'utf8'));
const clock = new RealClock();
const root = { name: 'root', id: 0, group: 'root', home: '/', isAdministrator: true };
const attributes = {
  owner: 'root',
  group: 'root',
  mode: 0o755,
  isHidden: false,
  isReadOnly: false,
  createdMs: 0,
  modifiedMs: 0,
  accessedMs: 0,
};

function put(path, kind, text) {
  if (text === undefined) return { change: 'put', path, kind, attributes };
  const bytes = Buffer.from(text);
  const chunks = async function* () {
    yield bytes;
  };
  return { change: 'put', path, kind, attributes, content: { size: bytes.length, bytes: () => bytes, chunks } };
}

const hands = {
  newVm: (id) =>
    recordFromVmx(VmxDocument.empty(), {
      id,
      datacenter: 'DC0',
      location: `[ds1] ${id}/${id}.vmx`,
      fileName: 'new.vmx',
    }),
  newFiles: () => [put('/', 'directory'), put('/d', 'directory'), put('/d/first', 'file', 'first')],
  open: (files) => files.as(root),
};

/** Adds one to a number in the record and one to a number in a file, both as they are found. */
async function count(store, { vm, times }) {
  for (let round = 0; round < times; round += 1) {
    await store.update(vm, ({ record, files }) => {
      record.config.count = String(Number(record.config.count ?? 0) + 1);
      const guest = files.as(root);
      const seen = guest.exists('/d/count') ? Number(Buffer.from(guest.read('/d/count').bytes()).toString()) : 0;
      guest.write('/d/count', String(seen + 1));
    });
  }
}

const store = await openDirectoryStore(directory, {
  clock,
  createFiles: (record) =>
    new GuestFileSystem({ family: record.guest.family, clock, diskSizeBytes: record.guest.diskSizeBytes }),
});
writeSync(1, 'ready\n');
for (const [index, operation] of script.entries()) {
  if (operation.op === 'count') await count(store, operation);
  else await perform(store, operation, hands);
  writeSync(1, `${index}\n`);
}
await store.close();
