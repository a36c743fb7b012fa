import type { Redirection } from 'unbash';
import type { Environment } from './environment.ts';
import { NETWORK, written } from './printed.ts';
import { joined, NOTHING_PRINTED, textStream } from './streams.ts';
import type { ShellListener, Stream } from './types.ts';
import { Expansion, type Substitutes } from './words.ts';

/** What a command reads, and what becomes of what it prints. */
export interface Redirected {
  input: Stream | null;
  output: (stream: Stream) => Stream;
}

const STANDARD = /^\/dev\/(?:stdout|fd\/1)$|^\/proc\/self\/fd\/1$/;

/** Follows redirections in their order; files that are written to are told to the listener. */
export function redirect(
  redirects: readonly Redirection[],
  environment: Environment,
  substitutes: Substitutes & { readonly listener: ShellListener },
  stdin: Stream | null,
  argv: readonly string[] | null = null,
): Redirected {
  const expansion = new Expansion(environment, substitutes);
  const result: Redirected = { input: stdin, output: (stream) => stream };
  const give = (descriptor: Redirection['descriptor'], stream: Stream): void => {
    const number = descriptor && 'value' in descriptor ? descriptor.value : 0;
    if (number === 0) result.input = stream;
    else environment.files.set(`/dev/fd/${number}`, stream);
  };
  for (const each of redirects) {
    if (each.type === 'HereDoc') {
      const { parts, text } = each.body;
      const plain = each.delimiter?.quoted ? text : text.replace(/\\([$`\\])/g, '$1');
      give(each.descriptor, textStream(parts ? expansion.document(parts) : plain));
      continue;
    }
    if (!each.target) continue;
    if (each.type === 'HereString') {
      give(each.descriptor, textStream(`${expansion.text(each.target)}\n`));
      continue;
    }
    const { operator, descriptor } = each;
    const target = expansion.wordFields(each.target)[0] ?? '';
    if (operator === '<') give(descriptor, written(target, environment));
    else if (operator === '<&' && /^\d+-?$/.test(target)) {
      const stream = environment.files.get(`/dev/fd/${parseInt(target, 10)}`);
      if (stream) give(descriptor, stream);
    } else if (operator !== '<&' && !(operator === '>&' && /^(?:\d+-?|-)$/.test(target))) {
      const appends = operator === '>>' || operator === '&>>' || operator === '<>';
      const both = operator === '>&' || operator === '&>' || operator === '<>';
      substitutes.listener.onWrite({ target, cwd: environment.cwd, appends, both, argv });
      if (descriptor === undefined || ('value' in descriptor && descriptor.value === 1))
        result.output = STANDARD.test(target)
          ? (stream) => stream
          : NETWORK.test(target)
            ? (stream) => {
                substitutes.listener.onSent(target, stream);
                return NOTHING_PRINTED;
              }
            : into(target, appends, environment);
    }
  }
  return result;
}

function into(
  target: string,
  appends: boolean,
  environment: Environment,
): (stream: Stream) => Stream {
  const path = environment.path(target);
  return (stream) => {
    const before = appends ? written(target, environment) : NOTHING_PRINTED;
    environment.files.set(path, joined(before, stream));
    return NOTHING_PRINTED;
  };
}
