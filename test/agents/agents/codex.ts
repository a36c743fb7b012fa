import type { Agent } from '../agent.ts';
import { openaiResponses } from '../wire/openai-responses.ts';

export const codex: Agent = {
  name: 'codex',
  package: '@openai/codex@0.169.0',
  afterInstall: [],
  wire: openaiResponses,
  call: (step) => ({
    name: 'exec_command',
    input: { cmd: 'run' in step ? step.run : patch(step.write, step.content) },
  }),
  // Its own sandbox needs user namespaces, which a session does not have.
  args: (task, port) => [
    'exec',
    '-s',
    'danger-full-access',
    // A model it does not know gets the plainest tools.
    '-m',
    'scripted',
    '-c',
    `openai_base_url="http://127.0.0.1:${port}/v1"`,
    task,
  ],
  env: () => ({ CODEX_API_KEY: 'sk-scripted' }),
  home: () => ({ '.codex/config.toml': '' }),
};

/** Codex edits files with a command that it takes out of the shell text itself. */
function patch(path: string, content: string): string {
  const lines = content.split('\n').slice(0, -1);
  const added = lines.map((line) => `+${line}`).join('\n');
  return `apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: ${path}\n${added}\n*** End Patch\nEOF`;
}
