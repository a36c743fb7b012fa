import type { Stream } from '../shell/types.ts';
import { asks } from './verdicts.ts';

export const REPLACES_SCHEDULE = asks(
  'crontab',
  'it replaces the whole schedule of the user',
  'Keep what `crontab -l` prints, and ask the user.',
);

/** `crontab -`, or without anything where it is given something to read. */
export function replacesSchedule(argv: readonly string[], stdin: Stream | null): boolean {
  const args = argv.slice(1).filter((arg, index, all) => arg !== '-u' && all[index - 1] !== '-u');
  return args.includes('-') || (args.length === 0 && stdin !== null);
}

/** The commands of a crontab(5). */
export function scheduled(text: string): string[] {
  return text
    .split('\n')
    .slice(0, 200)
    .map(
      (line) =>
        /(?:@[a-z]+|(?:[\d*,/-]+|[a-z]{3})(?:\s+[\d*,/a-zA-Z-]+){4})\s+(\S.*)$/.exec(
          line.slice(0, 2000),
        )?.[1] ?? '',
    )
    .filter((command) => command !== '');
}
