import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { text } from './judging.ts';

/**
 * Shell texts of many hands, most written without sight of a rule: half is plain commands, a quarter compound text, a
 * quarter tools that few know. What is still missed or asked about is no error of a line, but a share that must not grow.
 */
function corpus(name: string): string[] {
  const lines = readFileSync(new URL(`corpus/${name}.jsonl`, import.meta.url), 'utf8');
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string);
}

it('finds what destroys', { timeout: 120_000 }, () => {
  const commands = corpus('destructive');
  const missed = commands.filter((command) => text(command).action === 'allow');
  expect(missed.length / commands.length, missed.join('\n')).toBeLessThan(0.03);
});

it('lets everyday work pass', { timeout: 120_000 }, () => {
  const commands = corpus('harmless');
  const asked = commands.filter((command) => text(command).action !== 'allow');
  expect(asked.length / commands.length, asked.join('\n')).toBeLessThan(0.002);
});
