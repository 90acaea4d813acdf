import type { Command } from '../revix/command.js';
import { commandUsage, optionUsage, parameterText } from '../revix/usage.js';

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

function row(usage: string, text: string): string {
  return `| ${cell(`\`${usage}\``)} | ${cell(text)} |`;
}

/** The commands of `revix` as Markdown, for the docs. */
export function commandReference(commands: readonly Command[]): string {
  return commands
    .map((command) => {
      const { name, summary, details, positionals, options } = command;
      const rows = [
        ...Object.values(positionals).map((parameter) => row(parameter.value, parameterText(parameter))),
        ...Object.entries(options).map(([key, parameter]) =>
          row(optionUsage(key, parameter), parameterText(parameter)),
        ),
      ];
      const table = rows.length === 0 ? [] : ['', '| word | meaning |', '| --- | --- |', ...rows];
      return [
        `### \`revix ${name}\``,
        '',
        `\`${commandUsage(command)}\``,
        '',
        `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
        ...details.flatMap((paragraph) => ['', paragraph]),
        ...table,
      ].join('\n');
    })
    .join('\n\n');
}
