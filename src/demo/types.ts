import type { Layers } from '../session/layers.ts';

export type LayerOfGuard = keyof Layers;

/** What the agent does, in order. The names are those of the programs in `profiles/demo/agent/steps`. */
export const STEPS = [
  'task',
  'search-files',
  'search-environment',
  'search-behind',
  'cli',
  'curl',
  'curl-disguised',
] as const;
export type StepName = (typeof STEPS)[number];

/**
 * `failed`: for a reason that is not guard's. `not needed`: an earlier way had done it. `not tried`: the session was over.
 */
export type Outcome =
  | 'credential mismatch'
  | 'succeeded'
  | 'stopped'
  | 'found nothing'
  | 'failed'
  | 'not needed'
  | 'not tried';

export interface DemoStep {
  step: StepName;
  outcome: Outcome;
  /** What stopped it; null when nothing did. */
  layer: LayerOfGuard | null;
  rule: string | null;
}

export interface DemoResult {
  deleted: boolean;
  steps: DemoStep[];
  /** Milliseconds from the start of the session to the deletion; null when nothing was deleted. */
  deletedAfter: number | null;
  /** Id of the session, for `guard log`. */
  session: string;
}
