import type { Agent } from '../agent.ts';
import { gemini as wire } from '../wire/gemini.ts';

export const gemini: Agent = {
  name: 'gemini',
  package: '@google/gemini-cli@0.61.0',
  afterInstall: [],
  wire,
  call: (step) =>
    'run' in step
      ? { name: 'run_shell_command', input: { command: step.run, description: step.name } }
      : { name: 'write_file', input: { file_path: step.write, content: step.content } },
  args: (task) => ['-m', 'gemini-2.5-flash', '-p', task, '--yolo'],
  env: (port) => ({
    GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${port}`,
    GEMINI_API_KEY: 'scripted',
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  }),
  home: () => ({
    '.gemini/settings.json': '{"security":{"auth":{"selectedType":"gemini-api-key"}}}',
  }),
};
