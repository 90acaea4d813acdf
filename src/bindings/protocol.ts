/** Versions of the protocol that this helper speaks. docs/protocol.md describes the newest. */
export const oldestVersion = 1;
export const newestVersion = 1;

/** First word of a client's greeting, so that a stranger is told from an old client. */
export const greeting = 'revix';

/** Most bytes that a frame may have after its length: an uncompressed picture of a large screen fits. */
export const longestFrame = 2 ** 28;

/** Deepest nesting of lists: the arguments of a call, in which one may be a list itself, and one level in reserve. */
export const deepestList = 3;

/** First byte of a frame's body: what the frame is. Capitals, so that a recorded conversation can be read. */
export const kinds = {
  hello: 'H',
  welcome: 'W',
  refuse: 'N',
  call: 'C',
  result: 'R',
  error: 'E',
  event: 'V',
  pumped: 'P',
  ack: 'A',
  cancel: 'X',
  directory: 'D',
  fatal: 'F',
} as const;

/** First byte of a value: its type. */
export const tags = {
  null: 'n',
  true: 't',
  false: 'f',
  integer: 'i',
  string: 's',
  blob: 'b',
  list: 'l',
} as const;

/** What the other side sent cannot be understood. The conversation cannot go on. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
