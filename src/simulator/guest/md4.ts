/** Shifts of the steps of each round. */
const shifts = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
] as const;

/** Which word of the block each step of a round takes. */
const order = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
] as const;

const additions = [0, 0x5a827999, 0x6ed9eba1] as const;

const mixes: readonly ((x: number, y: number, z: number) => number)[] = [
  (x, y, z) => (x & y) | (~x & z),
  (x, y, z) => (x & y) | (x & z) | (y & z),
  (x, y, z) => x ^ y ^ z,
];

const blockBytes = 64;

/**
 * MD4 of RFC 1320, of which Windows makes password hashes. Broken long ago, so platforms leave it out by now; for
 * nothing but to answer an old protocol.
 */
export function md4(data: Uint8Array): Uint8Array {
  const length = Math.ceil((data.length + 9) / blockBytes) * blockBytes;
  const padded = new Uint8Array(length);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, (data.length << 3) >>> 0, true);
  view.setUint32(length - 4, Math.floor(data.length / 2 ** 29), true);
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < length; at += blockBytes) state = nextState(state, view, at);
  const digest = new Uint8Array(16);
  const result = new DataView(digest.buffer);
  state.forEach((word, index) => result.setUint32(index * 4, word, true));
  return digest;
}

function nextState(state: readonly number[], block: DataView, at: number): number[] {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  mixes.forEach((mix, round) => {
    order[round]?.forEach((word, step) => {
      const sum = (a + mix(b, c, d) + block.getUint32(at + word * 4, true) + (additions[round] ?? 0)) | 0;
      const shift = shifts[round]?.[step % 4] ?? 0;
      [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
    });
  });
  return [a, b, c, d].map((word, index) => (word + (state[index] ?? 0)) >>> 0);
}
