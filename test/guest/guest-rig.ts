import type { CallContext } from '../../src/backends/backend.js';
import { FakeClock } from '../../src/base/clock.js';
import { untilAborted } from '../../src/base/until-aborted.js';
import { Secret } from '../../src/base/secret.js';
import { GuestSession } from '../../src/guest/guest-session.js';
import { FakeControl } from '../fixtures/fake-control.js';
import { FakeGuest, fakeGuestOps } from '../fixtures/fake-guest.js';

/** A guest session over a fake guest, with a signal that the test can abort. */
export class GuestRig {
  readonly clock = new FakeClock();
  readonly control = new FakeControl();
  readonly guest = new FakeGuest();
  readonly abort = new AbortController();
  readonly progress: number[] = [];
  readonly call: CallContext = {
    signal: this.abort.signal,
    clock: this.clock,
    progress: (fraction) => this.progress.push(fraction),
  };
  readonly session: GuestSession;
  /** What could not be tidied up. */
  readonly left: unknown[] = [];
  readonly leftBehind = (error: unknown): void => void this.left.push(error);
  /** Requests that went through the turn of the virtual machine. */
  turns = 0;

  constructor(family: 'posix' | 'windows' = 'posix') {
    this.guest.family = family;
    const credentials = { userName: 'user', password: new Secret('secret'), isInteractive: false };
    const ops = fakeGuestOps(this.guest, credentials, this.control);
    this.session = new GuestSession(
      ops,
      (request, signal) => {
        this.turns += 1;
        return untilAborted(request, signal);
      },
      this.clock,
    );
  }
}
