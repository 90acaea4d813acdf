/** Makes up streams of frames from others. The same seed makes up the same ones. */
export class Mutator {
  #state;
  #words;

  /**
   * @param {number} seed
   * @param {readonly Buffer[]} words what is put in now and then
   */
  constructor(seed, words) {
    this.#state = seed >>> 0;
    this.#words = words;
  }

  /** @returns {number} an integer from 0 to below `limit` */
  pick(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /**
   * @param {readonly Buffer[]} corpus
   * @returns {Buffer} one of the corpus, changed in a few places
   */
  make(corpus) {
    let stream = this.#one(corpus);
    for (let left = 1 + this.pick(4); left > 0; left -= 1) stream = this.#change(stream, corpus);
    return stream;
  }

  #one(list) {
    return list[this.pick(list.length)];
  }

  #change(stream, corpus) {
    const frames = framesOf(stream);
    // Mostly within a frame, whose length is then right: a wrong one ends the conversation at once.
    switch (this.pick(frames.length === 0 ? 1 : 8)) {
      case 0:
        return this.#bytes(stream, corpus);
      case 1: {
        const other = framesOf(this.#one(corpus));
        if (other.length === 0) return stream;
        frames.splice(this.pick(frames.length + 1), 0, this.#one(other));
        return joined(frames);
      }
      case 2:
        frames.splice(this.pick(frames.length), 1);
        return joined(frames);
      default: {
        const at = this.pick(frames.length);
        frames[at] = this.#bytes(frames[at], corpus);
        return joined(frames);
      }
    }
  }

  #bytes(bytes, corpus) {
    const at = this.pick(bytes.length + 1);
    const end = Math.min(bytes.length, at + this.pick(9));
    switch (this.pick(6)) {
      case 0:
        return replaced(bytes, at, end, Buffer.alloc(0));
      case 1:
        return replaced(bytes, at, at, bytes.subarray(at, end));
      case 2:
        return replaced(bytes, at, at + 1, Buffer.from([this.pick(256)]));
      case 3:
        return replaced(bytes, at, at + 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << this.pick(8))]));
      case 4: {
        const other = this.#one(corpus);
        const from = this.pick(other.length + 1);
        return replaced(bytes, at, end, other.subarray(from, from + this.pick(40)));
      }
      default: {
        const word = this.#one(this.#words);
        return replaced(bytes, at, this.pick(2) === 0 ? at : at + word.length, word);
      }
    }
  }
}

function replaced(bytes, at, end, by) {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(end)]);
}

/** The bodies of a stream as far as its lengths are right; the rest is a body too. */
function framesOf(stream) {
  const frames = [];
  let at = 0;
  while (at + 4 < stream.length) {
    const end = Math.min(stream.length, at + 4 + stream.readUInt32LE(at));
    frames.push(stream.subarray(at + 4, end));
    at = end;
  }
  return frames;
}

function joined(frames) {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(frame.length);
      return [length, frame];
    }),
  );
}
