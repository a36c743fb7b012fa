import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import type { Credentials } from '../credentials/types.ts';
import type { Gate } from '../exec/gate.ts';
import type { GateOrder, GateReport } from '../exec/protocol.ts';
import { EXIT, type GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import { bwrapArguments, ownUserNamespaces } from '../sandbox/bwrap-arguments.ts';
import type { FirstStage, Opened } from '../sandbox/first-stage.ts';
import { launcher, LAUNCHER_EXECS } from '../sandbox/launcher.ts';
import type { PassedFiles } from '../sandbox/passed-files.ts';
import type { TerminalRelay } from '../terminal/terminal-relay.ts';
import type { Brokering } from './brokering.ts';
import { startBrokering } from './brokers.ts';
import { sessionApprovals } from './asking.ts';
import { Decisions } from './decisions.ts';
import { gateDied, neverStarted } from './failures.ts';
import { gateOrder, openEgress } from './gates.ts';
import { makeWritableFolders } from './home-folders.ts';
import { lookForExposed } from './history/exposed.ts';
import { holdNewSettings } from './home-holds.ts';
import { JobControl } from './job-control.ts';
import { Journal } from './journal.ts';
import { knownSecrets } from './known-secrets.ts';
import { removeSources, type Prepared } from './prepare.ts';
import { startPublishing } from './publishing.ts';
import { createRedactor, type Redact } from './redactor.ts';
import { sessionChannel } from './session-channel.ts';
import type { RunOptions, SessionResult } from './run-session.ts';
import { guardAgainstLeaks } from './services.ts';
import { sessionStart, startLines } from './session-start.ts';
import { forwardSignals } from './signals.ts';
import { watchSession } from './watching.ts';

/** How long what the command left may still run after it, once guard was told to end. */
const LAST_WORDS_MS = 2000;

/** The command of the session, as guard sees it from outside. */
interface Command {
  pid: number;
  /** Process 1 of the session. */
  init: number;
}

/** A session from its first stage to its last journal line. */
export class LiveSession {
  readonly #options: RunOptions;
  readonly #stage: FirstStage;
  readonly #gate: Gate;
  readonly #relay: TerminalRelay | null;
  /** On a terminal with a keyboard. */
  readonly #jobs: JobControl | null;
  readonly #files: PassedFiles;
  /** What to undo at the end, last first. */
  readonly #closers: (() => void | Promise<void>)[] = [];
  #command: Command | null = null;
  #onCommand: (init: number | null) => void = () => undefined;
  /** Process 1 of the session, once there is one; null when there will be none. */
  readonly #init = new Promise<number | null>((resolve) => (this.#onCommand = resolve));
  #journal: Journal | null = null;
  #brokering: Brokering | null = null;
  #over = false;
  #refused = false;
  #killedBy: string | null = null;
  #failure: GuardError | null = null;
  /** Real values the record must not hold; grows when secret files appear. */
  #secrets: string[] = [];
  #redact: Redact = (text) => text;
  #credentials: Credentials | null = null;

  constructor(
    options: RunOptions,
    stage: FirstStage,
    gate: Gate,
    relay: TerminalRelay | null,
    files: PassedFiles,
  ) {
    this.#options = options;
    this.#stage = stage;
    this.#gate = gate;
    this.#closers.push(() => gate.stop());
    this.#relay = relay;
    this.#jobs = relay?.hasKeyboard
      ? new JobControl({
          relay,
          command: () => this.#command?.pid ?? null,
          resumeCommand: () => gate.resume(),
        })
      : null;
    this.#files = files;
  }

  async run(prepared: Prepared, bwrap: string): Promise<SessionResult> {
    const { plan, profile, folder } = prepared;
    const terminal = this.#jobs !== null;
    const exited = once(this.#stage.child, 'exit') as Promise<
      [number | null, NodeJS.Signals | null]
    >;
    makeWritableFolders(profile, prepared.home);
    const opened = await this.#open(prepared, bwrap, terminal);
    this.#closers.push(() => removeSources(folder));
    const journal = (this.#journal = this.#openJournal(prepared));
    const notice = (text: string): void => {
      journal.append({ type: 'notice', text });
      this.#say(text);
    };
    const approvals = sessionApprovals({
      prepared,
      channel: sessionChannel(this.#relay, this.#jobs, this.#options.stdio !== undefined),
      keyboard: terminal,
      journal,
      say: (line) => this.#say(line),
    });
    // Questions are taken back first: a call may wait for one.
    this.#closers.push(() => this.#brokering?.close());
    this.#closers.push(() => approvals.close());
    const decisions = new Decisions(prepared.policy, approvals, journal, (rule) => {
      this.#killedBy ??= rule;
      this.#kill();
    });
    const onSecrets = (secrets: string[]): void => this.#addSecrets(secrets);
    const around = { prepared, bwrap, gate: this.#gate, decisions, onSecrets, notice };
    this.#brokering = await startBrokering(around);
    await Promise.all([
      this.#startGate(gateOrder(prepared, opened, terminal ? LAUNCHER_EXECS : 0), decisions),
      openEgress(prepared, opened, decisions, notice).then((egress) =>
        this.#closers.push(() => egress.close()),
      ),
    ]);
    if (plan.network.publish.length)
      this.#closers.push(await startPublishing(plan.network.publish, opened.pid, notice));
    this.#closers.push(this.#watch(prepared, journal, notice));
    this.#closers.push(this.#holdSettings(prepared, journal, notice));
    this.#closers.push(lookForExposed({ prepared, journal, onSecrets, notice }));
    // Until the very end: a closing terminal says so more than once, and the record has to be closed.
    const stopForwarding = forwardSignals({
      target: () => this.#command?.pid ?? null,
      beforeStart: () => this.#kill(),
      passedOn: () => this.#jobs?.hurry(),
      // Its exit code is on the way, unless the agent has stopped what would bring it.
      afterEnd: () => void setTimeout(() => this.#kill(), LAST_WORDS_MS).unref(),
    });
    for (const line of startLines(prepared)) this.#say(line);
    if (this.#jobs) this.#jobs.begin();
    else this.#relay?.start();
    this.#stage.go();
    this.#jobs?.watch();
    const [code, signal] = await exited;
    // bubblewrap's own exit code must not pass for the command's.
    if (!this.#command) this.#failure ??= neverStarted();
    await this.#close();
    if (this.#killedBy !== null) this.#say(`the session was ended by the rule ${this.#killedBy}`);
    const exitCode = this.#failure?.exitCode ?? this.#exitCode(code, signal);
    this.#end(exitCode, signal);
    stopForwarding();
    if (this.#failure) throw this.#failure;
    return { exitCode, session: folder.id };
  }

  /** Ends whatever has started, after a failure. */
  async abandon(error: unknown): Promise<void> {
    this.#kill();
    await this.#close();
    if (!this.#journal || this.#journal.failure) return;
    this.#journal.append({
      type: 'notice',
      text: error instanceof Error ? error.message : 'internal error',
    });
    this.#end(EXIT.cannotEnforce, null);
  }

  #end(exitCode: number, signal: NodeJS.Signals | null): void {
    const killedBy = this.#killedBy === null ? {} : { killedBy: this.#killedBy };
    const journal = this.#journal;
    if (journal && !journal.failure)
      journal.append({ type: 'session-end', exitCode, signal, ...killedBy });
    journal?.close();
    this.#journal = null;
  }

  async #open(prepared: Prepared, bwrap: string, terminal: boolean): Promise<Opened> {
    const { plan } = prepared;
    try {
      return await this.#stage.open({
        bwrap,
        bwrapArguments: bwrapArguments(plan, terminal),
        argv: launcher(plan.argv, terminal),
        tcpPorts: plan.network.tcpPorts,
        maxUserNamespaces: plan.userNamespaces ? null : ownUserNamespaces(plan.uid),
        unfollowed: [],
      });
    } catch (error) {
      rmSync(prepared.folder.path, { recursive: true, force: true });
      const { explainStartFailure } = await import('../sandbox/start-failure.ts');
      throw explainStartFailure(bwrap, error);
    }
  }

  #openJournal(prepared: Prepared): Journal {
    const { view, plan, folder } = prepared;
    const credentials = (this.#credentials = prepared.services?.credentials ?? null);
    this.#secrets = knownSecrets(
      [...view.secrets, ...(credentials?.secrets ?? [])],
      plan.withheldEnv,
      process.env,
    );
    if (credentials) guardAgainstLeaks(credentials, view.standIns, this.#secrets);
    this.#redact = createRedactor(this.#secrets);
    // Without a record there is no session.
    const journal = new Journal(folder, (text) => this.#redact(text), {
      onFailure: (error) => this.#fail(error),
    });
    journal.append(sessionStart(prepared));
    return journal;
  }

  async #startGate(order: Omit<GateOrder, 'wake'>, decisions: Decisions): Promise<void> {
    const onReport = (report: GateReport): void => {
      if (report.type === 'started') {
        this.#command = report;
        this.#onCommand(report.init);
      } else if (report.type === 'suspended') void this.#jobs?.suspend();
      else if (report.type === 'command-refused') this.#refused = true;
      else if (report.type === 'killed') this.#killedBy = report.event.verdict.rule;
      this.#brokering?.onGateReport(report);
      decisions.onGateReport(report, (...answer) => this.#gate.answer(...answer));
    };
    await this.#gate.start(order, { onReport, onDeath: (error) => this.#fail(gateDied(error)) });
  }

  #addSecrets(secrets: readonly string[]): void {
    this.#secrets = [...new Set([...this.#secrets, ...secrets])];
    this.#credentials?.addKnown(secrets.map((value) => [value, null]));
    this.#redact = createRedactor(this.#secrets);
  }

  #watch(
    prepared: Prepared,
    journal: Journal,
    notice: (text: string) => void,
  ): () => Promise<void> {
    return watchSession({
      prepared,
      init: async () => (this.#over ? null : this.#init),
      journal,
      onSecrets: (secrets) => this.#addSecrets(secrets),
      notice,
      onFailure: (error) => {
        if (!this.#over) this.#fail(error);
      },
    });
  }

  #holdSettings(prepared: Prepared, journal: Journal, notice: (text: string) => void): () => void {
    const { profile, home, folder } = prepared;
    const onHeld = (path: string, kept: string): void => {
      journal.append({ type: 'held', path, kept });
      notice(`held: ${path} would be obeyed by later sessions, so it was moved to ${kept}`);
    };
    return holdNewSettings(profile, home, folder.path, onHeld, (error) => this.#fail(error));
  }

  #say(line: string): void {
    this.#options.say(
      `guard: ${printable(line, 2000)}`,
      (text) => this.#relay?.note(text) ?? false,
    );
  }

  #fail(error: GuardError): void {
    this.#failure ??= error;
    this.#kill();
  }

  /** The kernel takes the whole tree along: everything dies with its parent. */
  #kill(): void {
    this.#stage.kill();
  }

  async #close(): Promise<void> {
    this.#over = true;
    this.#onCommand(null);
    await this.#relay?.stop();
    this.#jobs?.close();
    await this.#files.finish();
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) await close();
  }

  #exitCode(code: number | null, signal: NodeJS.Signals | null): number {
    if (this.#killedBy !== null) return EXIT.killed;
    if (this.#refused) return EXIT.refused;
    return code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0);
  }
}
