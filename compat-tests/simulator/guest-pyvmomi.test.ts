import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';
import { startGuests } from './guest-machines.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('guest_operations.py', import.meta.url));

/** A certificate of an elliptic key, as base64 of its DER form. */
const certificate =
  'MIIBgTCCASegAwIBAgIUK/AnJnQKADj6+boFV77ELy7LVigwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKcmV2aXggdGVzdDAgFw0yNjExMjgwMDQwMjVaGA8yMTI2MTEwNDAwNDAyNVowFTETMBEGA1UEAwwKcmV2aXggdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIWAmh+rOCXgVmEOihtJDyAdTlRQQybsHBLHQ0bZ8xetr0N/g5bWzKgFb+n+TJ34KRR5KfE0UJ5i2ZGDGYkV9+WjUzBRMB0GA1UdDgQWBBSLy1bEYO59MxLWkW5IzfU4nsN3sDAfBgNVHSMEGDAWgBSLy1bEYO59MxLWkW5IzfU4nsN3sDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHx+YHmCd7J3Fcp5IxC9ikB+XazS/ce9uKFJiAfp0kCLAiEAw1UQNh4zH6FGJ3L5Jzfn1NMICNdQMeMs8DmewbVPOHY=';

/** What the script found out, part by part. */
type Report = Readonly<Record<string, unknown>>;

describe.skipIf(lacks('pyvmomi'))('pyvmomi in guests of the simulator', () => {
  let simulator: Simulator;
  let report: Report = {};

  beforeAll(async () => {
    simulator = await startGuests();
    const { hostname, port } = new URL(simulator.url);
    const { stdout } = await run(pathOf('pyvmomi'), [script, hostname, port, certificate]);
    report = JSON.parse(stdout);
  });

  afterAll(() => simulator.close());

  it('sees where guest operations work', () => {
    expect(report['ready']).toEqual([true, false]);
  });

  it('logs in, and gets faults as typed exceptions', () => {
    expect(report['auth']).toEqual({
      good: null,
      bad: 'InvalidGuestLogin',
      off: 'InvalidPowerState poweredOff',
      console: 'GuestOperationsUnavailable',
      empty: 'SystemError',
      sspi: 'OperationNotSupportedByGuest',
    });
    expect(report['challenge']).toEqual(['vim.vm.guest.SSPIAuthentication', 'NTLMSSP', true]);
    // A ticket works until it is released, and a challenge is answered once.
    expect(report['ticket']).toEqual([
      'vim.vm.guest.TicketedSessionAuthentication',
      ['USERNAME=user'],
      'nothing',
      'InvalidGuestLogin',
      'InvalidGuestLogin',
    ]);
  });

  it('runs programs and watches processes', () => {
    expect(report['processes']).toEqual({
      ended: ['sh', 'user', 7, true],
      killed: [-1],
      unknown: 0,
      tools: true,
      environment: ['HOME=/home/user'],
      missing: 'FileNotFound /bin/nope',
      directory: 'NotADirectory /nope',
      gone: expect.stringMatching(/^GuestProcessNotFound \d+$/u),
      foreign: 'GuestPermissionDenied',
    });
    expect(report['windowsExit']).toBe(5);
  });

  it('works on files, and moves them over the transfer URL', () => {
    expect(report['files']).toEqual({
      transfer: [200, 200, 404, true, 256_000],
      sentAttributes: ['vim.vm.guest.FileManager.PosixFileAttributes', '0o100640'],
      changed: [0, '0o100600', true],
      pages: [['.', '..', 'g'], 1, ['h'], 0, ['g']],
      temporary: [true, true],
      notEmpty: 'DirectoryNotEmpty /tmp/d',
      notADirectory: 'NotADirectory /tmp/d/g',
      notAFile: 'NotAFile /tmp/d',
      notFound: 'FileNotFound /tmp/nope',
      exists: 'FileAlreadyExists /tmp/d',
      denied: 'CannotAccessFile /root/x',
      wrongFamily: 'InvalidArgument',
      pattern: 'InvalidArgument',
      removed: 'FileNotFound /tmp/d',
    });
    expect(report['windowsFile']).toEqual(['vim.vm.guest.FileManager.WindowsFileAttributes', false, false]);
  });

  it('works on the registry', () => {
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Revix';
    expect(report['registry']).toEqual({
      values: [-5, 2 ** 40, 'text', 'C:\\Windows\\x', ['one', 'two'], [0, 1]],
      keys: [`${key}\\Sub`],
      subkeys: `GuestRegistryKeyHasSubkeys ${key}`,
      noValue: `GuestRegistryValueNotFound ${key} Text`,
      noKey: `GuestRegistryKeyInvalid ${key}X`,
      twice: `GuestRegistryKeyAlreadyExists ${key}`,
      denied: 'GuestPermissionDenied',
      linux: 'OperationNotSupportedByGuest',
    });
  });

  it('manages aliases, and logs in by a token of one', () => {
    expect(report['aliases']).toEqual({
      listed: [
        ['vim.vm.guest.AliasManager.GuestAuthNamedSubject', 'ci'],
        ['vim.vm.guest.AliasManager.GuestAuthAnySubject', 'all'],
      ],
      mapped: ['user', ['svc']],
      token: ['USER=user'],
      bad: 'InvalidArgument',
      left: 0,
    });
  });

  it('customizes a running guest', () => {
    expect(report['customization']).toEqual({
      hostName: 'renamed.example.test',
      wrongGuest: 'CustomizationFault',
      badLogin: 'InvalidGuestLogin',
    });
  });
});
