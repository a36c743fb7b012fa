/** What reading one request may cost, all its documents together: generous to clients, bounded against hostile ones. */
export interface Budget {
  tokens: number;
  /** Selections visited, a fragment's once for every spread. */
  selections: number;
  /** Values in arguments, a variable's once for every use. */
  values: number;
}

export function newBudget(): Budget {
  return { tokens: 40_000, selections: 20_000, values: 300_000 };
}
