import { check, green, trouble } from '../../check.js';
import { loginCheck } from './login.js';
import { settingsCheck } from './settings.js';

/** A difference that shows in logs, and one by which tokens become invalid. */
const noticeableMs = 60_000;
const harmfulMs = 300_000;

const serviceInstance = { type: 'ServiceInstance', value: 'ServiceInstance' } as const;

export const clockCheck = check({
  id: 'host.clock',
  title: 'Clocks',
  looksAt: 'By how much the clock of the host differs from the one here.',
  needs: { login: loginCheck, settings: settingsCheck },
  problems: {
    differ: {
      status: 'yellow',
      cause: 'The clock of the host is {seconds} seconds {direction}.',
      next: 'Let both follow a time server (NTP): logs cannot be compared otherwise, and certificates and tokens seem invalid.',
    },
    'differ-too-much': {
      status: 'red',
      cause: 'The clock of the host is {seconds} seconds {direction}: tokens are not valid there.',
      next: 'Let both follow a time server (NTP).',
    },
  },
  run: async ({ login: { client }, settings }, { clock, signal }) => {
    const beganMs = clock.now();
    const there = await client.call(serviceInstance, 'CurrentTime', {}, { signal });
    const here = (beganMs + clock.now()) / 2;
    const aheadMs = there.getTime() - here;
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    const direction = aheadMs < 0 ? 'behind' : 'ahead';
    const more = { facts: { seconds, direction }, value: undefined };
    if (Math.abs(aheadMs) > harmfulMs && settings.login === 'saml-token') return trouble('differ-too-much', more);
    if (Math.abs(aheadMs) > noticeableMs) return trouble('differ', more);
    return green(seconds === 0 ? 'agree' : `the host is ${seconds} s ${direction}`, undefined, more);
  },
});
