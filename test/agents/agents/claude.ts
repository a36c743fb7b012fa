import type { Agent } from '../agent.ts';
import { anthropic } from '../wire/anthropic.ts';

export const claude: Agent = {
  name: 'claude',
  package: '@anthropic-ai/claude-code@2.1.197',
  // Puts the program of this platform in the place of a note that it is missing.
  afterInstall: ['node_modules/@anthropic-ai/claude-code/install.cjs'],
  wire: anthropic,
  call: (step) =>
    'run' in step
      ? { name: 'Bash', input: { command: step.run, description: step.name } }
      : { name: 'Write', input: { file_path: step.write, content: step.content } },
  args: (task) => ['-p', task, '--allowedTools', 'Bash', 'Write'],
  env: (port) => ({
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    ANTHROPIC_API_KEY: 'sk-ant-scripted',
  }),
  home: () => ({
    '.claude.json': '{"hasCompletedOnboarding":true}',
    '.claude/settings.json': '{}',
  }),
};
