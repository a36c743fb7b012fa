import type { Notification } from '../kernel/seccomp.ts';
import type { ExecRequest, Verdict } from '../policy/types.ts';
import { readHeldCall, release } from './held-call.ts';
import { lastComponent, type ProgramIdentity } from './identity.ts';
import { interpreters, isLoader, loaded, type Identify } from './indirect.ts';
import { startOf, type Start } from './start.ts';
import type { Caller, KnownShim, Shims } from './shims.ts';

/** What an exec was found to run. */
export interface ReadExec {
  request: ExecRequest;
  /** What it runs beyond that, without another exec. */
  indirect: ExecRequest[];
  /** What the kernel has to start for this to be what was judged. */
  start: Start;
  /** The shim that was met, and by whom; the request is for the program it stands for. */
  shim: Met | null;
  /** Settled without the rules: a shim's own exec, judged when the shim was; a way round one. */
  settled: Verdict | 'judged' | null;
}

/** There is no such program. */
export interface ReadErrno {
  errno: number;
  called: string;
}

export interface Met {
  shim: KnownShim;
  caller: Caller;
}

export interface ReadBy {
  identity: ProgramIdentity;
  shims: Shims;
  repository: string;
  home: string;
}

/** Reads a held exec; its errno when there is no such program. Throws when the caller cannot be read. */
export function readExec(
  notification: Notification,
  { identity, shims, repository, home }: ReadBy,
): ReadExec | ReadErrno {
  const call = readHeldCall(notification);
  try {
    if (!('fd' in call.file)) return { ...call.file, called: call.called };
    const identify: Identify = (file, calledAs) => identity.names(file, calledAs);
    const shim = shims.of(call.file);
    const met = shim && { shim, caller: shims.caller(notification.tid) };
    const file = shim?.held ?? call.file;
    const { path } = file;
    const names = [
      ...[lastComponent(call.called), lastComponent(path)],
      ...identify(file, (shim ? call.called : call.argv[0]) ?? ''),
    ];
    const common = { kind: 'exec', cwd: call.cwd, repository, home } as const;
    // A script is told what file was called, not its argv[0]: by that name the real program starts.
    const argv = shim ? [lastComponent(call.called), ...call.argv.slice(1)] : call.argv;
    const request = { ...common, path, names: [...new Set(names)], argv };
    // The real program follows with an exec of its own.
    const chain = interpreters(call, call.file, identify);
    const indirect = shim
      ? []
      : [...(isLoader(request.names) ? [loaded(call, request.names, identify)] : []), ...chain];
    const judged = !shim && shims.passes(notification.tid, file, request);
    return {
      request,
      indirect: indirect.map(({ path, names, argv }) => ({ ...common, path, names, argv })),
      start: startOf(call, call.file, chain),
      shim: met,
      settled: judged ? 'judged' : shims.evaded(call.file, call.called, call.argv),
    };
  } finally {
    release(call.file);
  }
}
