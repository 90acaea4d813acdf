import type { SoapCodec } from '../soap/soap-codec.js';
import type { Ref } from '../soap/values.js';
import { decodeAnswer } from './decode-answer.js';
import type { VimMethods } from './generated/methods.js';
import type { ManagedObjectNames } from './generated/types.js';

/** Name of a method on the wire. */
export type MethodName = keyof VimMethods;

/** A reference to an object that has the method. */
export type RefFor<Method extends MethodName> = VimMethods[Method]['on'] extends keyof ManagedObjectNames
  ? Ref<ManagedObjectNames[VimMethods[Method]['on']]>
  : Ref;

export type ArgsOf<Method extends MethodName> = VimMethods[Method]['args'];

export type ResultOf<Method extends MethodName> = VimMethods[Method]['result'];

/**
 * Calls a method of a managed object: `call(vm, 'PowerOnVM_Task', { host })`. Rejects with `SoapFault` where the
 * server answers with a fault.
 */
export type VimCall = <Method extends MethodName>(
  self: RefFor<Method>,
  method: Method,
  args: ArgsOf<Method>,
  signal?: AbortSignal,
) => Promise<ResultOf<Method>>;

/** Sends one SOAP request and gives the text of the answer, also where the status says that it holds a fault. */
export type SoapPost = (
  request: { readonly method: MethodName; readonly self: Ref; readonly body: string },
  signal?: AbortSignal,
) => Promise<string>;

/** Typed calls over something that can send a SOAP request. */
export function vimCaller(codec: SoapCodec, post: SoapPost): VimCall {
  return async (self, method, args, signal) => {
    const body = codec.encodeRequest(self, method, args);
    const answer = await post({ method, self, body }, signal);
    // The tables that decode are those that the types were generated from.
    return (await decodeAnswer(codec, method, answer)) as ResultOf<typeof method>;
  };
}
