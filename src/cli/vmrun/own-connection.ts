import type { Vix } from '../../api/vix.js';
import { cancelled, connectHost, type Connection, type ConnectTarget } from './execute.js';

/** Connects with functions of its own, which end with the command. @throws CommandFailure. */
export async function ownConnection(vix: Vix, target: ConnectTarget, signal: AbortSignal): Promise<Connection> {
  if (signal.aborted) throw cancelled(signal);
  const cancel = (): void => void vix.Revix_Close();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const host = await connectHost(vix, target);
    return { vix, host, giveBack: () => vix.Revix_Close() };
  } catch (error) {
    await vix.Revix_Close();
    throw signal.aborted ? cancelled(signal) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
