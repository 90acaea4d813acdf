/** `exit`: ends the interpreter. */
export class ExitShell extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** `exit /b` and `goto :eof`: end the batch, or the part of it that was called. */
export class LeaveBatch extends Error {}

/** `goto`: goes on at another line of the batch. */
export class JumpInBatch extends Error {
  readonly position: number;

  constructor(position: number) {
    super(`goto line ${position + 1}`);
    this.position = position;
  }
}

/** An error that ends every batch in progress; it was reported already. */
export class AbortBatches extends Error {}
