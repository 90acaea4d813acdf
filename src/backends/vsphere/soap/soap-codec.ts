import { answerRules, requestRules, ValueDecoder } from './decode-value.js';
import { ValueEncoder } from './encode-value.js';
import { bodyOf, headerOf, writeEnvelope, type SoapHeader } from './envelope.js';
import type { Field, Method, Schema } from './schema.js';
import { SoapFault } from './soap-fault.js';
import { SoapFormatError } from './soap-format-error.js';
import type { DataObject, Ref } from './values.js';
import { parseXml } from './xml-tree.js';
import type { XmlElement } from './xml-element.js';

/** A request as the server reads it. */
export interface DecodedRequest {
  readonly method: Method;
  /** The object on which the method is called. */
  readonly self: Ref;
  readonly args: Readonly<Record<string, unknown>>;
  readonly header: SoapHeader;
}

/** A fault as the server writes it. */
export interface FaultAnswer {
  /** `ServerFaultCode` unless said. */
  readonly code?: string;
  /** What people read, localized. */
  readonly message: string;
  readonly fault?: DataObject | undefined;
}

/** A request that names a method which the tables lack. The server answers it with the fault MethodNotFound. */
export class UnknownMethodError extends SoapFormatError {
  constructor(
    readonly method: string,
    readonly self: Ref | undefined,
  ) {
    super(`the method ${method} is not known`);
  }
}

const responseEnding = 'Response';

/** The element of a request that names the object of the call. */
const selfField: Field = { name: '_this', type: '&', array: false, optional: false };

/**
 * Writes and reads the documents of SOAP 1.1 over one schema, for client and server. Every method throws
 * `SoapFormatError` for a document or value that is not what the schema says.
 */
export class SoapCodec {
  readonly schema: Schema;

  constructor(schema: Schema) {
    this.schema = schema;
  }

  /** The request that calls a method on an object. Secrets stand in it in clear, as the protocol wants. */
  encodeRequest(self: Ref, methodName: string, args: object = {}, header: SoapHeader = {}): string {
    const method = this.#method(methodName);
    const encoder = new ValueEncoder(this.schema, methodName);
    const object = encoder.element(selfField.name, selfField.type, self);
    const inner = encoder.fields(args, method.params, method.paramsByName, methodName);
    return writeEnvelope(`<${methodName} xmlns="${this.schema.namespace}">${object}${inner}</${methodName}>`, header);
  }

  decodeRequest(xml: string): DecodedRequest {
    const envelope = parseXml(xml);
    const element = bodyOf(envelope);
    const decoder = new ValueDecoder(this.schema, requestRules);
    const method = this.schema.method(element.localName);
    if (method === undefined) {
      const self = [...element.children()].find(({ localName }) => localName === selfField.name);
      throw new UnknownMethodError(element.localName, self && (decoder.value(self, selfField.type) as Ref));
    }
    const fields = [selfField, ...method.params];
    const byName = new Map(fields.map((field) => [field.name, field]));
    const { [selfField.name]: object, ...args } = decoder.fields(element, fields, byName);
    return { method, self: object as Ref, args, header: headerOf(envelope, xml) };
  }

  /** The answer of a method; `undefined` where it returns nothing or an optional result is absent. */
  encodeResponse(methodName: string, result?: unknown): string {
    const { result: type } = this.#method(methodName);
    const name = methodName + responseEnding;
    const encoder = new ValueEncoder(this.schema, name);
    const inner =
      type === undefined
        ? ''
        : encoder.fields(
            { returnval: result },
            [{ name: 'returnval', ...type, optional: type.optional || type.array }],
            new Map([['returnval', { name: 'returnval', ...type }]]),
            name,
          );
    const open = `<${name} xmlns="${this.schema.namespace}"`;
    return writeEnvelope(inner === '' ? `${open}/>` : `${open}>${inner}</${name}>`, {});
  }

  /** The result in an answer: `[]` for a list of nothing, undefined for nothing. Throws `SoapFault` if it is a fault. */
  decodeResponse(methodName: string, xml: string): unknown {
    return this.resultOf(methodName, this.readResponse(methodName, xml));
  }

  /** The element of an answer that holds the result. Throws `SoapFault` if the answer is a fault. */
  readResponse(methodName: string, xml: string): XmlElement {
    const element = bodyOf(parseXml(xml));
    if (element.localName === 'Fault') throw this.#fault(element);
    if (element.localName !== methodName + responseEnding) {
      throw new SoapFormatError(`the answer to ${methodName} is a <${element.localName}>`);
    }
    return element;
  }

  /** The result inside the element that `readResponse` gave. */
  resultOf(methodName: string, response: XmlElement): unknown {
    const { result } = this.#method(methodName);
    if (result === undefined) return undefined;
    const field = { name: 'returnval', ...result };
    const { returnval } = this.answerDecoder().fields(response, [field], new Map([['returnval', field]]));
    return returnval;
  }

  /** Decodes parts of an answer. */
  answerDecoder(): ValueDecoder {
    return new ValueDecoder(this.schema, answerRules);
  }

  encodeFault({ code = 'ServerFaultCode', message, fault }: FaultAnswer): string {
    const encoder = new ValueEncoder(this.schema, 'Fault');
    const strings =
      encoder.element('faultcode', 'xsd:string', code) + encoder.element('faultstring', 'xsd:string', message);
    let detail = '';
    if (fault !== undefined) {
      const row = this.schema.dataType(fault.$type);
      if (row === undefined) throw new SoapFormatError(`the fault ${fault.$type} is not known`);
      const inner = encoder.fields(fault, row.fields, row.byName, fault.$type);
      const name = `${fault.$type}Fault`;
      const open = `<${name} xmlns="${this.schema.namespace}" xsi:type="${fault.$type}"`;
      detail = `<detail>${inner === '' ? `${open}/>` : `${open}>${inner}</${name}>`}</detail>`;
    }
    return writeEnvelope(`<soapenv:Fault>${strings}${detail}</soapenv:Fault>`, {});
  }

  #fault(element: XmlElement): SoapFault {
    const parts = new Map([...element.children()].map((child) => [child.localName, child]));
    const detail = parts.get('detail');
    const [first] = detail === undefined ? [] : detail.children();
    const decoder = this.answerDecoder();
    let fault: DataObject | undefined;
    if (first !== undefined) {
      const declared = first.localName.replace(/Fault$/, '');
      const known = this.schema.dataType(declared) === undefined ? 'MethodFault' : declared;
      const value = decoder.value(first, known) as DataObject | undefined;
      // Without xsi:type the element's own name is all that says what the fault is.
      fault =
        value === undefined ? undefined : { ...value, $type: value.$type === 'MethodFault' ? declared : value.$type };
    }
    return new SoapFault(parts.get('faultcode')?.text.trim() ?? '', parts.get('faultstring')?.text ?? '', fault);
  }

  #method(name: string): Method {
    const method = this.schema.method(name);
    if (method === undefined) throw new SoapFormatError(`the method ${name} is not known`);
    return method;
  }
}
