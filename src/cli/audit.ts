import { isatty } from 'node:tty';
import { writeSync } from 'node:fs';
import { Examiner } from '../audit/examine.ts';
import { COULD_NOT_LOOK } from '../audit/git.ts';
import { reportOf } from '../audit/report.ts';
import type { AuditResult } from '../audit/result.ts';
import { repositoryAt } from '../audit/repository-at.ts';
import { auditSettings } from '../audit/settings.ts';
import { StagedSource } from '../audit/staged.ts';
import { GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import { version } from '../session/version.ts';
import { loadScanner } from '../secrets/default-scanner.ts';
import type { Tier } from '../secrets/engine/detector.ts';
import { AUDIT_HELP, readAuditOptions, type AuditOptions, type Source } from './audit-options.ts';
import { paintFor } from './paint.ts';
import { say } from './say.ts';
import { writeReport } from './write-report.ts';

const FOUND = 1;
/** Columns where there is no terminal to ask. */
const WIDTH = 120;

const TIERS: Record<Tier, readonly Tier[]> = {
  certain: ['certain'],
  likely: ['certain', 'likely'],
  weak: ['certain', 'likely', 'weak'],
};

/** `guard audit`: the exit code. Throws what {@link auditFailure} says. */
export async function runAudit(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'install' || argv[0] === 'uninstall') {
    const { runInstall } = await import('./audit-install.ts');
    runInstall(argv);
    return 0;
  }
  const options = readAuditOptions(argv);
  if (!options) {
    writeOut(AUDIT_HELP);
    return 0;
  }
  const result = await audit(options);
  const complete = result.unread.length === 0;
  if (options.updateBaseline && options.baseline !== null && complete)
    return updateBaseline(options.baseline, options.source, result);
  if (!options.quiet || result.findings.length > 0 || result.notices.length > 0 || !complete)
    await print(options, result);
  return complete ? (result.findings.length > 0 ? FOUND : 0) : COULD_NOT_LOOK;
}

/** Says what went wrong, and returns the exit code for it: whatever it was, nobody has looked. */
export function auditFailure(error: unknown): number {
  if (error instanceof GuardError) say(error.format());
  else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`guard: internal error in the audit: ${printable(text, 4000)}. Please report it.`);
  }
  return COULD_NOT_LOOK;
}

/** Writes the baseline anew, and says so. */
async function updateBaseline(file: string, source: Source, result: AuditResult): Promise<number> {
  const { updateBaselineFile } = await import('../audit/baseline.ts');
  const everything = source.kind === 'all' || source.kind === 'history';
  const { entries, added, removed } = updateBaselineFile(
    file,
    result.findings,
    // Of what is staged only lines that come in were looked at: what the rest has stays known.
    (path) => everything || (source.kind !== 'staged' && result.files.has(path)),
  );
  say(`guard: ${printable(file)} has ${entries} findings: ${added} new, ${removed} gone.`);
  return 0;
}

async function audit(options: AuditOptions): Promise<AuditResult> {
  const { source } = options;
  const cwd = process.cwd();
  const staged =
    source.kind === 'staged' ? new StagedSource({ cwd, wholeFiles: source.wholeFiles }) : null;
  const settings = await auditSettings({ repository: repositoryAt(cwd) });
  const examiner = new Examiner({
    scanner: loadScanner(),
    tiers: new Set(TIERS[options.tier ?? settings.tier ?? 'likely']),
    describe: loadDescriptions,
    exceptions: settings.exceptions,
    archives: options.archives,
  });
  if (staged) await staged.examineWith(examiner);
  else await examineOther(examiner, source, cwd);
  const { result } = examiner;
  if (options.baseline === null || options.updateBaseline) return result;
  const { applyBaseline, readBaseline } = await import('../audit/baseline.ts');
  applyBaseline(result, readBaseline(options.baseline));
  return result;
}

async function examineOther(examiner: Examiner, source: Source, cwd: string): Promise<void> {
  switch (source.kind) {
    case 'staged':
      return;
    case 'all': {
      const { auditWorktree } = await import('../audit/worktree.ts');
      return auditWorktree(examiner, { cwd, ignored: source.ignored });
    }
    case 'history': {
      const { auditHistory } = await import('../audit/history/history.ts');
      return auditHistory(examiner, { cwd, ranges: source.ranges });
    }
    case 'paths': {
      const { auditPaths } = await import('../audit/paths.ts');
      return auditPaths(examiner, source.paths, cwd);
    }
    case 'stdin': {
      const { auditInput } = await import('../audit/message.ts');
      return auditInput(examiner, 0);
    }
    case 'message': {
      const { auditMessage } = await import('../audit/message.ts');
      return auditMessage(examiner, source.file);
    }
  }
}

async function loadDescriptions() {
  const { describeRule } = await import('../secrets/rules/catalog.ts');
  return describeRule;
}

async function print(options: AuditOptions, result: AuditResult): Promise<void> {
  const { format, output } = options;
  const terminal = output === null && isatty(1);
  const report = await reportOf(format, result, {
    describe: await loadDescriptions(),
    width: (terminal && process.stdout.columns) || WIDTH,
    paint: paintFor({ isTTY: terminal }),
    version: version(),
  });
  if (output === null) writeOut(report);
  else writeReport(output, report);
}

/** Synchronous: `process.stdout` of a pipe would be cut when the process ends, and opening it takes time. */
function writeOut(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that another made non-blocking is full.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else if (code === 'EPIPE') return;
      else throw error;
    }
  }
}
