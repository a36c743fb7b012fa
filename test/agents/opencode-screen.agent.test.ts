import { opencode } from './agents/opencode.ts';
import { isAskedAboutOnScreen } from './on-screen.ts';

isAskedAboutOnScreen({
  agent: opencode,
  args: (task) => ['--model', 'anthropic/claude-sonnet-4-5', '--prompt', task],
  home: () => ({}),
  leave: (terminal) => {
    terminal.type('\x03');
    return Promise.resolve();
  },
});
