/** What the signals of a terminal need of a process. */
export interface SignalledProcess {
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  /** Calls its listeners. @returns whether there are any. */
  emit(signal: NodeJS.Signals, name: NodeJS.Signals): boolean;
  kill(pid: number, signal: NodeJS.Signals): unknown;
  exit(status: number): unknown;
}

/**
 * Does to this process what its terminal does. A key is a signal to all that run in the foreground. That the terminal
 * goes away, each of them sees for itself.
 */
export function raiseAsTerminal(signal: NodeJS.Signals, target: SignalledProcess): void {
  if (signal === 'SIGHUP') {
    // Its listeners are called at once: a signal that is on its way keeps no process alive that has nothing to read.
    if (!target.emit(signal, signal)) target.kill(target.pid, signal);
  } else if (target.platform !== 'win32') {
    target.kill(0, signal);
  } else if (signal !== 'SIGTSTP') {
    // Windows stops nothing and has one signal to break off, which would end the process at once, whoever listens.
    if (!target.emit('SIGINT', 'SIGINT')) target.exit(1);
  }
}
