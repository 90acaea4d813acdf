/**
 * A document that is not what it should be, or a value that cannot be sent. The message names the place by its element
 * names and never quotes the text there, which may be a password.
 */
export class SoapFormatError extends Error {
  override readonly name = 'SoapFormatError';
}
