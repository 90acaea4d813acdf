import { type Command, command } from '../revix/command.js';
import { oneOf, required } from '../revix/parameters.js';

/**
 * `revix completion`
 * @param commands the table in which it stands itself.
 */
export function completionCommand(commands: () => readonly Command[]): Command {
  return command({
    name: 'completion',
    summary: 'prints the completions of revix and vmrun for a shell',
    positionals: { shell: required(oneOf(['bash', 'zsh', 'fish'], 'the shell')) },
    examples: [
      'source <(revix completion bash)      # in ~/.bashrc',
      'source <(revix completion zsh)       # in ~/.zshrc, behind compinit',
      'revix completion fish | source       # in ~/.config/fish/config.fish',
    ],
    run: async ({ shell }, terminal) => {
      const { completionScript } = await import('./completion-script.js');
      terminal.write('stdout', completionScript(shell, commands()));
      return 0;
    },
  });
}
