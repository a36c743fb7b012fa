// Run by the tests of brokered calls: a session whose brokers are what a test says. `guard run` with another resolver.
import type { BrokeredRun } from '../../src/broker/types.ts';
import { GuardError } from '../../src/guard-error.ts';
import { runSession } from '../../src/session/run-session.ts';

/** What a test says, in GUARD_TEST_BROKER. */
export interface TestBroker {
  program: string;
  words: string[] | null;
  run: Omit<BrokeredRun, 'broker' | 'cwd' | 'askBecause'>;
}

/** A word of the call that makes it go another way than being run. */
export const WAYS = { inside: 'go-inside', refuse: 'be-refused', ask: 'be-asked' };

const broker = JSON.parse(process.env.GUARD_TEST_BROKER ?? '') as TestBroker;
delete process.env.GUARD_TEST_BROKER;
try {
  const { exitCode } = await runSession({
    command: process.argv.slice(2) as [string, ...string[]],
    say: (line) => process.stderr.write(`${line}\n`),
    brokers: {
      shims: [{ broker: 'test', program: broker.program, words: broker.words }],
      resolve: ({ argv, cwd }) => {
        if (argv.includes(WAYS.inside)) return Promise.resolve({ kind: 'inside' });
        if (argv.includes(WAYS.refuse))
          return Promise.resolve({ kind: 'refuse', reason: 'the test says no', safer: 'be nice' });
        const [real, ...before] = broker.run.argv;
        return Promise.resolve({
          kind: 'run',
          run: {
            ...broker.run,
            broker: 'test',
            argv: [real, ...before, ...argv.slice(1)],
            cwd,
            askBecause: argv.includes(WAYS.ask) ? 'the test says ask' : null,
          },
        });
      },
    },
  });
  process.exit(exitCode);
} catch (error) {
  process.stderr.write(`${error instanceof GuardError ? error.format() : String(error)}\n`);
  process.exit(125);
}
