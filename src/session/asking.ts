import { isatty } from 'node:tty';
import { createApprovals, type Approvals } from '../approval/approvals.ts';
import { FrameWorker } from '../approval/frame-worker.ts';
import type { Sign, TerminalChannel } from '../approval/types.ts';
import { isVisible } from '../sandbox/visible.ts';
import type { Journal } from './journal.ts';
import type { Prepared } from './prepare.ts';
import { signPath, userSign } from './sign.ts';

/** A session that is over sooner has no use for what draws questions. Milliseconds. */
const WARM_AFTER = 1500;

export interface AskingOptions {
  prepared: Pick<Prepared, 'plan' | 'profile'>;
  channel: TerminalChannel;
  /** guard holds the session's keyboard, and can draw over its screen. */
  keyboard: boolean;
  journal: Journal;
  /** Tells the user, never the session. */
  say: (line: string) => void;
}

/** How a session asks its user: with the user's sign, drawn where there is a screen for it, and recorded. */
export function sessionApprovals(options: AskingOptions): Approvals {
  const { prepared, channel, keyboard, journal } = options;
  const sign = signFor(options);
  const painter = keyboard && process.env.TERM !== 'dumb' ? new FrameWorker() : null;
  if (painter) setTimeout(() => painter.warm(), WARM_AFTER).unref();
  return createApprovals({
    terminal: channel,
    timeoutSeconds: prepared.profile.approvals.timeout.value,
    sign,
    ...(painter ? { drawn: { painter, colour: !process.env.NO_COLOR } } : {}),
    onPlain(why) {
      const text = `the prompt cannot be drawn, so questions are plain from now on: ${why}`;
      journal.append({ type: 'notice', text });
    },
    record: (decision) => journal.append(decision),
  });
}

/** Read when it is first needed; but drawn, and told once, at the first session in a terminal. */
function signFor({ prepared, keyboard, say }: AskingOptions): () => Sign {
  let sign: Sign | null = null;
  const get = (): Sign =>
    (sign ??= visible(prepared) ? { missing: 'the session can see it' } : load());
  const load = (): Sign => {
    const { sign, fresh } = userSign();
    // Not the words themselves: some terminals tell programs what stands on their screen.
    if (fresh && 'words' in sign && isatty(2))
      say(
        "every question of guard's shows three words that only you and guard know: see them with `guard sign`",
      );
    return sign;
  };
  if (keyboard) get();
  return get;
}

/** A profile can grant the folder it lies in. */
function visible({ plan }: AskingOptions['prepared']): boolean {
  try {
    return isVisible(signPath(), plan.mounts);
  } catch {
    return true;
  }
}
