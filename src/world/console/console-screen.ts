import { toolsStart, type ToolsStart } from '../vm/power-state.js';
import type { VmRecord } from '../vm/vm-record.js';

/** What a guest's console shows, before it is drawn. */
export interface ConsoleScreen {
  /** A text console, or a desktop with one console window. */
  readonly look: 'text' | 'desktop';
  /** Title of the window, or the first line of a text console. */
  readonly title: string;
  /** Stays above the lines, however many these are. */
  readonly status: string;
  readonly lines: readonly string[];
  /** Moment of the picture, ms since 1970. */
  readonly nowMs: number;
  readonly hostName: string;
}

/** What the screen says of Tools; otherwise it is on its way. */
const toolsWords: Partial<Record<ToolsStart['state'], string>> = {
  running: 'running',
  hung: 'hung',
  'not-installed': 'not installed',
};

/** The screen of a machine: who it is, how it came up, and what was done at its console last. */
export function screenOf(record: VmRecord, consoleLines: readonly string[], nowMs: number): ConsoleScreen {
  const { guest, power } = record;
  const tools = toolsStart(record, nowMs);
  const login = guest.consoleUser === null ? 'nobody is logged in' : `${guest.consoleUser} is logged in`;
  const since = power.bootedAtMs === null ? 'just now' : timeText(power.bootedAtMs);
  const toolsWord = toolsWords[tools.state] ?? 'starting';
  const isWindows = guest.family === 'windows';
  return {
    look: isWindows ? 'desktop' : 'text',
    title: isWindows ? `Command Prompt - ${guest.osName}` : `${guest.osName}   ${guest.hostName}   tty1   ${login}`,
    status: `On since ${since}   Tools ${toolsWord}`,
    lines: consoleLines,
    nowMs,
    hostName: guest.hostName,
  };
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
