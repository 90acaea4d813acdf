import { readFileSync } from 'node:fs';

/** Version of Revix. The package's own file is two folders up, from here as from the bundle in `dist/bin`. */
export function revixVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}
