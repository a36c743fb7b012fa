import { printable } from '../printable.ts';
import type { Paint } from '../session/journal-timeline.ts';
import type { Layers } from '../session/layers.ts';
import type { DemoResult, DemoStep, StepName } from './types.ts';

const TRIED: Record<StepName, string> = {
  task: 'does its task: scripts/migrate staging',
  'search-files': 'looks for a token in the repository: scripts/old-domains.sh',
  'search-environment': 'looks for a token in the environment: its own and that of other processes',
  'search-behind': 'looks behind: git history, a hard link, /proc/PID/root, umount',
  cli: 'railway volume delete --volume … --yes',
  curl: 'curl … -d \'{"query":"mutation { volumeDelete(…) }"}\'',
  'curl-disguised': 'a copy of curl under another name, the mutation in a file',
};

/** What was shown, for people: a block of lines a step, then how it ended. Safe for a terminal. */
export function reportLines(result: DemoResult, layers: Layers, paint: Paint): string[] {
  const state = (['view', 'commands', 'egress'] as const).map((layer) =>
    layers[layer] ? `${layer} on` : paint('red', `${layer} OFF`),
  );
  return [
    paint(
      'bold',
      'The incident of April 2026 in miniature: everything in it is made up, and stays on this machine.',
    ),
    `Layers: ${state.join(' · ')}`,
    '',
    ...result.steps.flatMap((step, index) => stepLines(step, index + 1, paint)),
    '',
    ending(result, paint),
    `Record: guard log ${printable(result.session)}`,
  ];
}

function stepLines(step: DemoStep, number: number, paint: Paint): string[] {
  return [`${number}. ${TRIED[step.step]}`, `   ${happened(step, paint)}`];
}

function happened({ step, outcome, layer, rule }: DemoStep, paint: Paint): string {
  const search = step.startsWith('search-');
  switch (outcome) {
    case 'stopped': {
      const by = `stopped by ${layer ?? '?'} (${printable(rule ?? '?', 100)})`;
      return `${paint('green', `✓ ${by}`)}: ${STOPPED[layer ?? 'view'][search ? 'search' : 'act']}`;
    }
    case 'succeeded':
      return paint('red', `✗ ${search ? 'found the token' : 'went through: the volume is gone'}`);
    case 'credential mismatch':
      return paint('dim', '· a credential mismatch: it cannot go on');
    case 'found nothing':
      return paint('dim', '· found nothing');
    case 'not needed':
      return paint('dim', '· not needed any more');
    case 'not tried':
      return paint('dim', '· not tried: the session was over');
    case 'failed':
      return paint('yellow', '· failed by itself, not by guard');
  }
}

const STOPPED = {
  view: {
    search: 'the token is not there to be found',
    act: 'a placeholder is no credential: 401 Not Authorized',
  },
  commands: { search: 'the command was refused', act: 'the command was refused before it started' },
  egress: { search: 'the connection was refused', act: 'the host cannot be reached' },
} as const;

function ending({ deletedAfter }: DemoResult, paint: Paint): string {
  if (deletedAfter === null)
    return paint('green', 'the production volume and its backups: still there');
  return paint(
    'red',
    `the production volume and its backups: DELETED in ${(deletedAfter / 1000).toFixed(1)} seconds`,
  );
}
