// Checks that every relative link of the project's Markdown leads to a file that is there, and every #part to a heading.
// Usage: node scripts/check-links.mjs [folder of a project, by default this one]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const skippedFolders = /(^|[\\/])(node_modules|dist[^\\/]*|build|coverage|\.git)([\\/]|$)/;

function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.test(relative(root, path)) ? [] : markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The text without code, in which a bracket is no link; lines keep their numbers. */
function withoutCode(text) {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, '')).replace(/`[^`\n]*`/g, '');
}

/** What GitHub makes of the headings: lower case, punctuation dropped, blanks to dashes, repeats numbered. */
function headingIds(text) {
  const counts = new Map();
  const headings = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm);
  return [...headings].map(([, heading]) => {
    const id = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const count = counts.get(id) ?? 0;
    counts.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  });
}

function problemOf(file, link) {
  const [path, part] = link.split('#', 2).map(decodeURIComponent);
  const target = path === '' ? file : resolve(dirname(file), path);
  if (!existsSync(target)) return `no such file: ${link}`;
  if (!part || !target.endsWith('.md')) return undefined;
  return headingIds(readFileSync(target, 'utf8')).includes(part) ? undefined : `no such heading: ${link}`;
}

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const linkInText = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/gm;
const problems = markdownFiles(root).flatMap((file) => {
  const text = withoutCode(readFileSync(file, 'utf8'));
  return [...text.matchAll(linkInText)].flatMap((match) => {
    const link = match[1] ?? match[2];
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return [];
    const problem = problemOf(file, link);
    return problem === undefined
      ? []
      : [`${relative(root, file)}:${text.slice(0, match.index).split('\n').length}: ${problem}`];
  });
});
if (problems.length > 0) console.log(problems.join('\n'));
process.exitCode = problems.length > 0 ? 1 : 0;
