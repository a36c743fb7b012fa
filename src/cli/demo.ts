import { constants } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { ALL_LAYERS, type Layers } from '../session/layers.ts';
import { paintFor } from './paint.ts';
import { say } from './say.ts';

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `guard demo`: an agent that does its worst, in a made-up repository, with any of the layers turned off. */
export function registerDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'watch an agent try to delete a production volume, offline, with what stops it turned off and on',
    )
    .option('--without <layer>', 'turn off view, commands or egress; may be repeated', withoutLayer)
    .option('--json', 'print one JSON object: {deleted, steps: [{step, outcome, layer, rule}]}')
    .action(async ({ without: layers = ALL_LAYERS, json }: { without?: Layers; json?: true }) => {
      const [{ runDemo }, { reportLines }] = await Promise.all([
        import('../demo/run-demo.ts'),
        import('../demo/report.ts'),
      ]);
      const interrupted = new AbortController();
      const interrupt = (signal: NodeJS.Signals): void => interrupted.abort(signal);
      for (const signal of ENDING_SIGNALS) process.on(signal, interrupt);
      try {
        const result = await runDemo({ layers, say, signal: interrupted.signal });
        if (interrupted.signal.aborted) return;
        if (json) console.log(JSON.stringify({ deleted: result.deleted, steps: result.steps }));
        else
          for (const line of reportLines(result, layers, paintFor(process.stdout)))
            console.log(line);
      } catch (error) {
        if (!interrupted.signal.aborted) throw error;
      } finally {
        for (const signal of ENDING_SIGNALS) process.off(signal, interrupt);
        if (interrupted.signal.aborted)
          process.exitCode = 128 + constants.signals[interrupted.signal.reason as NodeJS.Signals];
      }
    });
}

function withoutLayer(layer: string, layers: Layers = ALL_LAYERS): Layers {
  if (!Object.hasOwn(layers, layer))
    throw new InvalidArgumentError('The layers are view, commands and egress.');
  return { ...layers, [layer]: false };
}
