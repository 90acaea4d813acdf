import { describe, expect, it } from 'vitest';
import { faultFrom } from '../../src/backends/vsphere/errors/fault-from.js';
import { VimError } from '../../src/backends/vsphere/errors/vim-error.js';
import { SoapCodec } from '../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFault } from '../../src/backends/vsphere/soap/soap-fault.js';
import { vimSchema } from '../../src/backends/vsphere/vim/vim-schema.js';
import { Fault, type FaultKind } from '../../src/base/fault.js';
import { faultCodes } from '../../src/errors/fault-codes.js';
import { faultCode } from '../../src/errors/vix-failure.js';
import { VimFault } from '../../src/simulator/vim-fault.js';
import { asVimFault } from '../../src/simulator/world-faults.js';

const codec = new SoapCodec(vimSchema);
const kinds = Object.keys(faultCodes) as FaultKind[];

/** Kinds that mean something only to what stands between a program and a host, and never come out of a world. */
const ofTransport: ReadonlySet<FaultKind> = new Set(['connection-lost', 'host-permission', 'cancelled', 'timed-out']);

/** A failure of the world, over the wire and back, as the vSphere backend understands it. */
function backFromWire(kind: FaultKind): Fault {
  const type = kind === 'snapshot-not-found' ? 'VirtualMachineSnapshot' : 'VirtualMachine';
  const vim = asVimFault(new Fault(kind, `It failed with ${kind}.`), { object: { type, value: 'vm-1' } });
  try {
    codec.decodeResponse('CurrentTime', codec.encodeFault({ message: vim.message, fault: vim.fault }));
  } catch (error) {
    if (!(error instanceof SoapFault) || error.fault === undefined) throw error;
    const fault = faultFrom(new VimError(error.fault, error.message), { doing: 'test' });
    if (fault instanceof Fault) return fault;
  }
  throw new Error('the answer was no fault');
}

describe('failures of the world on the wire', () => {
  it.each(kinds.filter((kind) => !ofTransport.has(kind)))('%s comes back as the code that it is', (kind) => {
    expect(faultCode(backFromWire(kind))).toBe(faultCode(new Fault(kind, '')));
  });

  it('keep their words and what is behind them', () => {
    const cause = new Fault('file-not-found', "There is no '/a'.");
    const vim = asVimFault(cause, { subject: '/a' });
    expect(vim).toMatchObject({ message: cause.message, cause, fault: { $type: 'FileNotFound', file: '/a' } });
    const own = new VimFault({ $type: 'NotFound' }, 'none');
    expect(asVimFault(own)).toBe(own);
  });

  it('say nothing of what nobody expected', () => {
    const vim = asVimFault(new TypeError('secret of the inside'));
    expect(vim.fault.$type).toBe('SystemError');
    expect(JSON.stringify(vim.fault) + vim.message).not.toContain('secret');
  });
});
