import { claude } from './agents/claude.ts';
import { isAskedAboutOnScreen } from './on-screen.ts';

isAskedAboutOnScreen({
  agent: claude,
  args: (task) => ['--allowedTools', 'Bash', '--', task],
  home: ({ repository }) => ({
    '.claude.json': JSON.stringify({
      hasCompletedOnboarding: true,
      customApiKeyResponses: { approved: ['sk-ant-scripted', 'ant-scripted'], rejected: [] },
      projects: { [repository]: { hasTrustDialogAccepted: true } },
    }),
  }),
  leave: async (terminal) => {
    terminal.type('\x03');
    await terminal.shows('again to exit');
    terminal.type('\x03');
  },
});
