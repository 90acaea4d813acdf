// Writes docs/trace.svg: a timeline as a viewer shows it, drawn from a real trace of a small program over the mock host.
// The program's clock moves only when told to, so the picture is always the same. With --check it writes nothing and
// fails if the file is out of date. Reads the built package (--dist, else dist/).
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoRoot } from './lib/tables.mjs';
import { writeOrCheck } from './lib/write-or-check.mjs';

/** Runs the program. @returns its events */
async function traceOfProgram(dist) {
  const load = (module) => import(pathToFileURL(resolve(dist, module)).href);
  const { createVix, ...vix } = await load('index.js');
  const { createMockBackend, FakeClock, InventoryBuilder } = await load('backends/mock/index.js');
  const events = [];
  const clock = new FakeClock(0);
  const inventory = new InventoryBuilder()
    .linux('web', { tools: { bootDelayMs: 4000 }, guest: { users: [{ name: 'user', password: 'password' }] } })
    .build();
  const backend = createMockBackend({ clock, inventory, powerDurationMs: 2000 });
  const api = createVix({ clock, backends: [backend], config: {}, trace: (event) => events.push(event) });
  const wait = async (job) => {
    const handle = vix.Vix_Out();
    const end = { isKnown: false };
    const id = vix.VIX_PROPERTY_JOB_RESULT_HANDLE;
    api.VixJob_Wait(job, id, handle, vix.VIX_PROPERTY_NONE).then(() => (end.isKnown = true));
    while (!end.isKnown) await clock.advance(100);
    return handle.value;
  };
  const provider = vix.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
  const host = await wait(api.VixHost_Connect(-1, provider, null, 0, null, null, 0, 0, null, null));
  const vm = await wait(api.VixVM_Open(host, '[datastore1] web/web.vmx', null, null));
  await wait(api.VixVM_PowerOn(vm, 0, 0, () => undefined, null));
  await wait(api.VixVM_WaitForToolsInGuest(vm, 60, null, null));
  await wait(api.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));
  const programs = [3, 1].map((seconds) =>
    api.VixVM_RunProgramInGuest(vm, '/bin/sleep', String(seconds), 0, 0, () => undefined, null),
  );
  for (const job of programs) await wait(job);
  await wait(api.VixVM_PowerOff(vm, 0, null, null));
  await api.Revix_Close();
  return events;
}

/** The spans of a trace, and the names of the rows, from the top of the picture to its bottom. */
function spansOf(events) {
  const rows = new Map();
  const spans = [];
  const open = new Map();
  for (const { ph, tid, name, cat, ts, args } of events) {
    const stack = open.get(tid) ?? [];
    open.set(tid, stack);
    if (ph === 'M') rows.set(tid, args.name);
    else if (ph === 'E') stack.pop().end = ts;
    else {
      const span = { tid, name, cat, start: ts, depth: stack.length, label: args.program ?? args.path };
      stack.push(span);
      spans.push(span);
    }
  }
  const order = [...rows].sort(([one], [other]) => one - other);
  return { spans, rows: order.map(([tid, name]) => ({ tid, name })) };
}

const colours = { wait: '#9aa5b1', job: '#4f7cac', callback: '#c2803d', backend: '#4e9a6b', http: '#8c6bb1' };
const [left, width, rowHeight, top] = [90, 900, 30, 28];

function picture(events) {
  const { spans, rows } = spansOf(events);
  const last = Math.max(...spans.map(({ end }) => end));
  const x = (time) => (left + (time / last) * width).toFixed(1);
  const y = (tid) => top + rows.findIndex((row) => row.tid === tid) * rowHeight;
  const height = top + rows.length * rowHeight + 10;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 20} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>A timeline of Revix: waits, jobs, callbacks and calls of the backend over time</title>',
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
  ];
  for (let second = 0; second <= last / 1e6; second += 1) {
    lines.push(
      `<line x1="${x(second * 1e6)}" x2="${x(second * 1e6)}" y1="${top - 6}" y2="${height - 10}" stroke="#e4e7eb"/>`,
    );
    lines.push(`<text x="${x(second * 1e6)}" y="14" text-anchor="middle" fill="#616e7c">${second} s</text>`);
  }
  for (const { tid, name } of rows) lines.push(`<text x="6" y="${y(tid) + 17}" fill="#323f4b">${name}</text>`);
  for (const { tid, cat, name, start, end, depth } of spans) {
    const wide = Math.max(2, ((end - start) / last) * width);
    const [inset, tall] = depth === 0 ? [2, 24] : [17, 8];
    const shade = depth === 0 ? colours[cat] : '#ffffff';
    const opacity = depth === 0 ? 1 : name === 'works' ? 0.25 : 0.6;
    const rect = `x="${x(start)}" y="${y(tid) + inset}" width="${wide.toFixed(1)}" height="${tall}" fill="${shade}"`;
    lines.push(`<rect ${rect} fill-opacity="${opacity}" rx="2"><title>${name}</title></rect>`);
    const room = Math.floor(wide / 6.2);
    if (depth === 0 && room >= 4) {
      const text = name.length <= room ? name : `${name.slice(0, room - 1)}…`;
      lines.push(`<text x="${(Number(x(start)) + 4).toFixed(1)}" y="${y(tid) + 14}" fill="#ffffff">${text}</text>`);
    }
  }
  return `${lines.join('\n')}\n</svg>\n`;
}

await writeOrCheck(async (dist = join(repoRoot, 'dist')) => ({
  [join(repoRoot, 'docs/trace.svg')]: picture(await traceOfProgram(dist)),
}));
