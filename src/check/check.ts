import type { Policy } from '../policy/decide.ts';
import type { CheckedCall, HttpJudge } from './http.ts';
import type { Item, Unreadable } from './items.ts';
import { Judge } from './judge.ts';
import type { judgeSql } from './sql.ts';
import type { Place } from './types.ts';
import { denies } from './verdicts.ts';

export interface CheckerOptions extends Place {
  policy: Policy;
  /** Where a command stands that does not say. */
  cwd: string;
  /** The project of a command that stands elsewhere; by default it is the same. */
  repositoryAt?: (folder: string) => string;
}

/** Remembered ones. */
const MOST_FOLDERS = 1000;

/** Judges items of every kind. What only some need is loaded with the first of them. */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #repositories = new Map<string, string>();
  #http: Promise<HttpJudge> | null = null;
  #sql: Promise<{ judgeSql: typeof judgeSql }> | null = null;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Never rejects but for a provider of the user's own that cannot be used (ProfileError). */
  async check(item: Item | Unreadable): Promise<CheckedCall> {
    const { policy, cwd } = this.#options;
    switch (item.kind) {
      case 'command':
        return new Judge(policy, this.#place(item.cwd)).text(item.command, item.cwd ?? cwd);
      case 'argv':
        return new Judge(policy, this.#place(item.cwd)).argv(item.argv, item.cwd ?? cwd);
      case 'sql': {
        const sql = await (this.#sql ??= import('./sql.ts'));
        return guarded(() => sql.judgeSql(policy, item.sql, item.dialect));
      }
      case 'http': {
        const judge = await (this.#http ??= import('./http.ts').then(({ HttpJudge: http }) =>
          http.load(policy),
        ));
        return guarded(() => judge.judge(item.http));
      }
      case 'unreadable':
        return denies('unreadable', item.why, 'See docs/check.md');
    }
  }

  #place(cwd: string | undefined): Place {
    const { repository, repositoryAt } = this.#options;
    if (cwd === undefined || !repositoryAt || `${cwd}/`.startsWith(`${repository}/`))
      return this.#options;
    let found = this.#repositories.get(cwd);
    if (found === undefined) {
      found = repositoryAt(cwd);
      if (this.#repositories.size < MOST_FOLDERS) this.#repositories.set(cwd, found);
    }
    return { ...this.#options, repository: found };
  }
}

/** One item that guard fails at must not take the answers of the others with it. */
function guarded(judge: () => CheckedCall): CheckedCall {
  try {
    return judge();
  } catch {
    return denies('internal-error', 'guard failed to judge this, and so refuses it');
  }
}
