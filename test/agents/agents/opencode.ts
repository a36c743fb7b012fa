import type { Agent } from '../agent.ts';
import { anthropic } from '../wire/anthropic.ts';

export const opencode: Agent = {
  name: 'opencode',
  package: 'opencode-ai@1.18.33',
  // Puts the program of this platform in the place of a note that it is missing.
  afterInstall: ['node_modules/opencode-ai/postinstall.mjs'],
  wire: anthropic,
  call: (step) =>
    'run' in step
      ? { name: 'bash', input: { command: step.run, description: step.name } }
      : { name: 'write', input: { filePath: step.write, content: step.content } },
  args: (task) => ['run', '--model', 'anthropic/claude-sonnet-4-5', task],
  env: () => ({ ANTHROPIC_API_KEY: 'sk-ant-scripted' }),
  home: (port) => ({
    // Made beforehand, so that what is written there is kept.
    '.local/share/opencode/log/.keep': '',
    '.local/state/opencode/.keep': '',
    '.config/opencode/opencode.json': JSON.stringify({
      permission: 'allow',
      provider: { anthropic: { options: { baseURL: `http://127.0.0.1:${port}/v1` } } },
    }),
  }),
};
