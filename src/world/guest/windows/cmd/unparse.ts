import type { Command, Condition, ForCommand, Redirection } from './command.js';

function redirectionText(redirections: readonly Redirection[]): string {
  return redirections
    .map((redirection) => {
      if (redirection.kind === 'duplicate') return ` ${redirection.stream}>&${redirection.from}`;
      const sign = redirection.kind === 'read' ? '<' : redirection.kind === 'append' ? '>>' : '>';
      return ` ${redirection.stream}${sign}${redirection.target}`;
    })
    .join('');
}

function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'equal':
      return `${condition.left} == ${condition.right}`;
    case 'compare':
      return `${condition.left} ${condition.operator.toUpperCase()} ${condition.right}`;
    default:
      return `${condition.kind} ${condition.operand}`;
  }
}

const loopSwitches: Record<ForCommand['over'], string> = {
  items: '',
  directories: ' /D',
  tree: ' /R',
  'directory-tree': ' /D /R',
  numbers: ' /L',
  lines: ' /F',
};

/** The text of a command, as the interpreter shows it before it runs a line of a batch. */
export function unparse(command: Command): string {
  switch (command.kind) {
    case 'nothing':
      return '';
    case 'simple':
      return command.text.trimEnd() + redirectionText(command.redirections);
    case 'quiet':
      return unparse(command.command);
    case 'block':
      return `(\r\n${command.commands.map((inner) => `${unparse(inner)}\r\n`).join('')})${redirectionText(command.redirections)}`;
    case 'chain':
      return `${unparse(command.left)}  ${command.operator} ${unparse(command.right)}`;
    case 'if': {
      const flags = `${command.ignoresCase ? '/I ' : ''}${command.isNegated ? 'NOT ' : ''}`;
      const otherwise = command.whenFalse === undefined ? '' : ` else ${unparse(command.whenFalse)}`;
      return `if ${flags}${conditionText(command.condition)} ${unparse(command.whenTrue)}${otherwise}`;
    }
    case 'for': {
      const option = command.option === '' ? '' : ` ${command.option}`;
      const head = `for${loopSwitches[command.over]}${option} %${command.variable} in (${command.set})`;
      return `${head} do ${unparse(command.body)}`;
    }
  }
}
