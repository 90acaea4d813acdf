import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a program that ran to its end left behind. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A small project in a folder of its own, removed when the test ends. */
export class TempProject {
  readonly root: string;

  /** @param files content by path; folders are made as needed. */
  constructor(files: Readonly<Record<string, string>>) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'revix-tooling-')));
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  /** Writes a text file, replacing an older one. */
  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  /** Content of a text file. */
  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Copies a file or a folder from this repository to the same place. */
  copyFromRepository(path: string): void {
    cpSync(join(repositoryRoot, path), join(this.root, path), { recursive: true });
  }

  /** Lets the project use a package that is installed here. */
  linkPackage(name: string): void {
    const link = join(this.root, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(repositoryRoot, 'node_modules', name), link, 'junction');
  }

  /** Removes a file or a folder. */
  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** Runs a script under this Node, with the project as working folder. */
  run(script: string, ...args: string[]): Promise<Outcome> {
    return this.runWith({}, script, ...args);
  }

  /** Like `run`, with additional environment variables. */
  runWith(environment: Readonly<Record<string, string>>, script: string, ...args: string[]): Promise<Outcome> {
    return new Promise((done, reject) => {
      const child = spawn(process.execPath, [script, ...args], {
        cwd: this.root,
        env: { ...process.env, ...environment },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (exitCode) => done({ exitCode, stdout, stderr }));
    });
  }
}

/** Path of a file in this repository. */
export function inRepository(path: string): string {
  return join(repositoryRoot, path);
}
