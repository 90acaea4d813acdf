import { spawnSync } from 'node:child_process';
import { type Finding, problem, well } from './finding.js';

/** Longest time that the probe may take. */
const limitMs = 90_000;

/** Lets a program, which an installation has beside its library, load that and connect as an old one does. */
export function probe(program: string, library: string, env: Readonly<Record<string, string | undefined>>): Finding {
  const { status, stdout, stderr, error } = spawnSync(program, [library], {
    encoding: 'utf8',
    env: { ...env },
    timeout: limitMs,
  });
  if (status === 0) return well('a C program loads it and connects');
  const said = [stdout, stderr, error?.message].map((text) => text?.trim()).find(Boolean);
  return problem(`a C program cannot load it and connect: ${said ?? `it ended with ${status}`}`);
}
