import { emitKeypressEvents } from 'node:readline';

/** A terminal that somebody types at. */
export type TypingInput = NodeJS.ReadableStream & {
  setRawMode(isRaw: boolean): unknown;
  destroy(): unknown;
};

/** What typed lines need of the process around them. */
export interface TypingSurroundings {
  /** Shows the person something. */
  show(text: string): void;
  /**
   * Does what the terminal does at Ctrl-C, Ctrl-\ and Ctrl-Z, which come as characters without an echo; and when it goes
   * away (`SIGHUP`).
   */
  raise(signal: NodeJS.Signals): void;
}

interface Question {
  readonly prompt: string;
  answer(line: string | undefined): void;
}

/**
 * Lines that are not shown while they are typed: the terminal has no echo while a question is open. The keys that mend a
 * line are those of every terminal, whatever `TERM` says.
 */
export class TypedLines {
  readonly #input: TypingInput;
  readonly #around: TypingSurroundings;
  /** What was typed or pasted ahead of its question. */
  readonly #lines: string[] = [];
  #line = '';
  #lastKey = '';
  #question: Question | undefined;
  #isEnded = false;

  readonly #keys: Readonly<Record<string, () => void>> = {
    '\r': () => this.#enter(),
    // The second half of a line end of Windows is none of its own.
    '\n': () => (this.#lastKey === '\r' ? undefined : this.#enter()),
    '\b': () => this.#erase(/.$/su),
    '\u007f': () => this.#erase(/.$/su),
    // Ctrl-U and Ctrl-W
    '\u0015': () => this.#erase(/.*$/su),
    '\u0017': () => this.#erase(/\S*\s*$/u),
    // Ctrl-D, which ends the input where nothing else stands on the line.
    '\u0004': () => (this.#line === '' ? this.#end() : undefined),
    '\u0003': () => this.#around.raise('SIGINT'),
    '\u001c': () => this.#quit(),
    '\u001a': () => this.#stop(),
  };

  constructor(input: TypingInput, around: TypingSurroundings) {
    this.#input = input;
    this.#around = around;
    emitKeypressEvents(input);
    // A terminal without an echo has no other end than that it goes away: Ctrl-D comes as a character.
    const hangUp = (): void => this.#hangUp();
    // Keys that are no characters, as arrows are, have no text.
    input.on('keypress', (text?: string) => (text === undefined ? undefined : this.#take(text)));
    input.on('end', hangUp).on('error', hangUp);
  }

  /** Asks for the next line. @returns it without its end; undefined where there is none any more. */
  next(prompt: string): Promise<string | undefined> {
    return new Promise((answer) => {
      this.#question = { prompt, answer };
      this.#ask();
      this.#answer();
    });
  }

  /** Goes on after a stop: a shell has made the terminal its own in between. */
  resume(): void {
    if (this.#question === undefined) return;
    this.#input.setRawMode(false);
    this.#ask();
  }

  /** Gives the terminal its echo back, and ends the line of a question that is open; that one gets no answer any more. */
  close(): void {
    this.#isEnded = true;
    this.#endQuestion();
    this.#input.destroy();
  }

  #take(key: string): void {
    const action = this.#keys[key];
    if (action === undefined) this.#line += key;
    else action();
    this.#lastKey = key;
  }

  #enter(): void {
    this.#lines.push(this.#line);
    this.#line = '';
    this.#answer();
  }

  #erase(what: RegExp): void {
    this.#line = this.#line.replace(what, '');
  }

  #hangUp(): void {
    if (this.#isEnded) return;
    // Node cannot leave in the usual way: it would put such a terminal in order, and abort over that with a core file.
    this.close();
    this.#around.raise('SIGHUP');
  }

  #quit(): void {
    // Nobody listens for this signal: it ends the process on the spot.
    this.close();
    this.#around.raise('SIGQUIT');
  }

  #stop(): void {
    // Whoever is at the terminal meanwhile wants to see what they type.
    this.#input.setRawMode(false);
    this.#around.raise('SIGTSTP');
    this.#input.setRawMode(this.#question !== undefined);
  }

  #end(): void {
    this.#isEnded = true;
    this.#answer();
  }

  #answer(): void {
    const question = this.#question;
    if (question === undefined || (this.#lines.length === 0 && !this.#isEnded)) return;
    this.#endQuestion();
    question.answer(this.#lines.shift());
  }

  #ask(): void {
    this.#input.setRawMode(true);
    this.#around.show(this.#question?.prompt ?? '');
    this.#input.resume();
  }

  #endQuestion(): void {
    if (this.#question === undefined) return;
    this.#question = undefined;
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#around.show('\n');
  }
}
