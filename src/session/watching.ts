import type { GuardError } from '../guard-error.ts';
import { LateMounts } from '../sandbox/late-mount.ts';
import { watchView } from '../view/watch.ts';
import type { Journal } from './journal.ts';
import type { Prepared } from './prepare.ts';

export interface WatchSession {
  prepared: Prepared;
  /** Process 1 of the session once there is one, or null when the session is over. */
  init: () => Promise<number | null>;
  journal: Journal;
  /** Real values that turned up during the session. */
  onSecrets: (secrets: string[]) => void;
  notice: (text: string) => void;
  /** The view no longer holds. */
  onFailure: (error: GuardError) => void;
}

/** Covers secret files that appear while the session runs, and holds what others would execute. Returns what ends it. */
export function watchSession(options: WatchSession): () => Promise<void> {
  const { prepared, journal, notice } = options;
  const mounts = new LateMounts();
  const { options: looking, found } = prepared.content;
  const watcher = watchView({
    plan: prepared.view,
    files: prepared.profile.files,
    sessionDir: prepared.folder.path,
    ...(found ? { content: { ...looking, record: found.record } } : {}),
    ...(prepared.earlier ? { earlier: prepared.earlier } : {}),
    mount: async (mount) => {
      const init = await options.init();
      if (init !== null) await mounts.lay(init, mount);
    },
    onCover: (cover, secrets) => {
      const { path, kind, pattern, spans, why } = cover;
      options.onSecrets(secrets);
      // What guard runs beside the session sees no more of it than the session.
      prepared.view.covers.push(cover);
      journal.append({ type: 'cover', path, kind, pattern, ...(spans ? { spans } : {}) });
      if (why !== undefined)
        notice(`${path} is ${kind === 'hide' ? 'hidden' : 'read-only'}: ${why}`);
    },
    onSecrets: options.onSecrets,
    onHeld: (path, kept) => {
      journal.append({ type: 'held', path, kept });
      notice(`held: ${path} would be run by others, so it was moved to ${kept}`);
    },
    onKept: (path, kept, why) => {
      journal.append({ type: 'kept', path, kept, why });
      notice(`kept: what the session wrote into ${path} is at ${kept}, because ${why}`);
    },
    onNotice: notice,
    onFailure: options.onFailure,
  });
  return async () => {
    await watcher.close();
    mounts.close();
  };
}
