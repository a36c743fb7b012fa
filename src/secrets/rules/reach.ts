/** What is looked at beside a value: escapes before it, whether it goes on behind. */
const MARGIN = 8;
/** One piece of text serves all detectors that look equally far, so there are few distances. */
const BEFORE = [16, 80, 160, 320];
const AFTER = [256, 512, 1024, 2048, 5120, 10_240];

export function reachOf(before: number, after: number): { before: number; after: number } {
  return { before: atLeast(BEFORE, before + MARGIN), after: atLeast(AFTER, after + MARGIN) };
}

function atLeast(steps: readonly number[], distance: number): number {
  return steps.find((step) => step >= distance) ?? distance;
}
