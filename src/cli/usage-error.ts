/** What is wrong with a command line: a sentence, or what follows `Error: `. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
