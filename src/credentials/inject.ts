import { GuardError } from '../guard-error.ts';
import type { HeaderList, HttpCall } from '../operations/types.ts';
import type { Finding, Knowledge } from './examine.ts';
import { wireText } from './percent.ts';
import { partOf, type Grant } from './placeholder-table.ts';
import { joinTarget, splitTarget, withValue } from './query.ts';
import { resign } from './sigv4-resign.ts';
import { basicHalves, type Slot } from './slots.ts';

type Head = { path: string; headers: HeaderList };

/**
 * The head with the real value where the placeholder stands, once in each place, or signed again with the real key; as it
 * came where nothing is granted. @throws GuardError when the right has ended since the request was looked at
 */
export function injectInto(
  call: HttpCall,
  { grant, slots, signed }: Finding,
  stateOf: Knowledge['stateOf'],
): Head {
  const { path, headers } = call;
  if (grant === null) return { path, headers };
  const state = stateOf(grant);
  if (state !== 'granted') throw noLonger(grant, state);
  const real = wireText(partOf(grant, 'value')?.real ?? '');
  const head = slots.reduce<Head>((before, slot) => withReal(before, slot, real), {
    path,
    headers,
  });
  const secret = partOf(grant, 'secret');
  if (!signed || !secret) return head;
  const session = partOf(grant, 'session');
  return resign({ ...call, ...head }, signed, {
    id: real,
    secret: wireText(secret.real),
    session: session && wireText(session.real),
  });
}

function withReal({ path, headers }: Head, { at }: Slot, real: string): Head {
  if (at.in === 'query') {
    const target = splitTarget(path);
    const pieces = target.pieces?.map((piece, index) =>
      index === at.index ? { ...piece, raw: withValue(piece, real) } : piece,
    );
    return { path: joinTarget(target.path, pieces ?? null), headers };
  }
  if (at.in !== 'header') return { path, headers };
  return {
    path,
    headers: headers.map(([name, value], index) =>
      index === at.index ? [name, headerWith(value, at.scheme, at.half, real)] : [name, value],
    ),
  };
}

function headerWith(
  sent: string,
  scheme: string,
  half: 'user' | 'password' | null,
  real: string,
): string {
  if (half === null) return scheme === '' ? real : `${scheme} ${real}`;
  const [, encoded = ''] = /^\s*\S+\s+(\S+)\s*$/.exec(sent) ?? [];
  const halves = new Map(basicHalves(encoded) ?? []);
  halves.set(half, real);
  const pair = `${halves.get('user') ?? ''}:${halves.get('password') ?? ''}`;
  return `${scheme} ${Buffer.from(pair, 'latin1').toString('base64')}`;
}

function noLonger({ entry: { name } }: Grant, state: string): GuardError {
  return new GuardError({
    what: `the credential ${name} was not used`,
    why: state === 'revoked' ? 'it was revoked meanwhile' : 'it has expired meanwhile',
    fix: 'Start another session to have it again',
  });
}
