// Writes scripts/vim/facts.json: what input.yaml names of vim25 and what that needs. Argument: the output of
// dump-pyvmomi.py. Without an argument it picks out of facts.json itself, after names were taken from the list.
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { factsPath, pick, readInput } from './lib.mjs';

const [source = factsPath] = process.argv.slice(2);
const facts = pick(await readInput(), JSON.parse(await readFile(source, 'utf8')));
await writeFile(factsPath, `${JSON.stringify(facts, null, 1)}\n`);
const count = (table) => Object.keys(table).length;
console.log(
  `${count(facts.dataTypes)} data types, ${count(facts.enums)} enums, ${count(facts.managed)} managed objects`,
);
