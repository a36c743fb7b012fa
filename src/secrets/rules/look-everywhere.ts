import type { Detector, Match } from '../engine/detector.ts';

/** One detector over a short text, without the engine: at every word of its, as the engine would. */
export function lookEverywhere(detector: Detector, text: string, path = ''): Match[] {
  const lower = text.toLowerCase();
  const found: Match[] = [];
  for (const word of new Set(detector.words.map((one) => one.toLowerCase())))
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      if (!isBounded(detector, text, at, at + word.length)) continue;
      const hit = { text, at, end: at + word.length, path, first: true, last: true };
      found.push(...detector.look(hit));
    }
  return found;
}

function isBounded({ bounded }: Detector, text: string, at: number, end: number): boolean {
  return !(
    (bounded?.before && /[A-Za-z0-9]/.test(text[at - 1] ?? '')) ||
    (bounded?.after && /[A-Za-z0-9]/.test(text[end] ?? ''))
  );
}
