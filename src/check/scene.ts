import type { Cause, Listed, Stream } from '../shell/types.ts';
import type { Where } from './types.ts';

/** What surrounds a command. */
export interface Scene {
  cwd: string;
  where: Where;
  stdin: Stream | null;
  causes: readonly Cause[];
  argumentCauses: readonly Cause[];
  variables: ReadonlyMap<string, string>;
  files: ReadonlyMap<string, Stream>;
  /** Operands that are not known are names of many things. */
  many: Listed | null;
  /** Placeholders of a documentation stand for what is not known. */
  documented: boolean;
}

export const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** Nothing but a folder. */
export function sceneAt(cwd: string): Scene {
  return {
    cwd,
    where: 'here',
    stdin: null,
    causes: [],
    argumentCauses: [],
    variables: NOTHING,
    files: NOTHING,
    many: null,
    documented: false,
  };
}
