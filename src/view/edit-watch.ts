import { watch, type FSWatcher } from 'node:fs';
import { SETTLED } from './span-edits.ts';

/**
 * Watches the stand-ins from outside the session and says which was written, once it has been quiet for a moment. Where
 * watching fails, the walk finds the same later.
 */
export function watchEdits(folder: string, written: (name: string) => void): () => void {
  const timers = new Map<string, NodeJS.Timeout>();
  const soon = (name: string): void => {
    timers.get(name)?.refresh();
    if (timers.has(name)) return;
    const timer = setTimeout(() => {
      timers.delete(name);
      written(name);
    }, SETTLED + 10);
    timers.set(name, timer.unref());
  };
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name !== null) soon(name);
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // Out of inotify instances.
  }
  return () => {
    watcher?.close();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
