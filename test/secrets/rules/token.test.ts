import { describe, expect, it } from 'vitest';
import { CHECKSUM_KINDS } from '../../../src/secrets/rules/checksums.ts';
import { loadRuleDetectors } from '../../../src/secrets/rules/load.ts';
import { lookEverywhere } from '../../../src/secrets/rules/look-everywhere.ts';
import { sampleOf, seeded } from '../../../src/secrets/rules/samples.ts';
import type { SecretRule } from '../../../src/secrets/rules/rule-format.ts';

const detectors = new Map(loadRuleDetectors().map((detector) => [detector.id, detector]));
const random = seeded(5);
const draw = (example: string): string => sampleOf({} as SecretRule, example, random).text;
const look = (id: string, text: string) => {
  const detector = detectors.get(id);
  if (!detector) throw new Error(`no ${id}`);
  return lookEverywhere(detector, text).map(({ start, end, tier }) => ({
    secret: text.slice(start, end),
    tier: tier ?? detector.tier,
  }));
};
const all = (text: string) => [...detectors.values()].flatMap((one) => lookEverywhere(one, text));

describe('what documentation shows', () => {
  it.each([
    `ghp_${'x'.repeat(36)}`,
    `ghp_${'abcdefghijklmnopqrstuvwxyz0123456789'}`,
    ['AKIAIOSF', 'ODNN7', 'EXAMPLE'].join(''),
    'AIzaSy...',
    'xoxb-your-token-here',
    `sk-ant-api03-${'x'.repeat(93)}AA`,
    `npm_${'0'.repeat(36)}`,
    `glpat-${'X'.repeat(20)}`,
    `dop_v1_${'0123456789abcdef'.repeat(4)}`,
    'SLACK_WEBHOOK=https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
    'STRIPE_SECRET_KEY=sk_live_your_key',
  ])('is no secret: %s', (text) => {
    expect(all(text)).toEqual([]);
  });
});

describe('a token', () => {
  const ghp = () => CHECKSUM_KINDS['github-crc32'].seal(draw('ghp_<A-Za-z0-9:36>'));
  const ID = 'github.personal-access-token-classic';

  it.each([
    ['T'],
    ['"T"'],
    ["token='T';"],
    ['https://x-access-token:T@github.com/a/b'],
    ['https://T@github.com/a/b'],
    ['A\\nT\\n'],
    ['q=%3DT%26'],
    ['\\u003dT'],
    ['See T.'],
    ['(T)'],
    ['<T>'],
    ['- T,'],
  ])('is found whole in %s', (around) => {
    const token = ghp();
    expect(look(ID, around.replace('T', token))).toEqual([{ secret: token, tier: 'certain' }]);
  });

  it('is not found in the middle of something longer', () => {
    const token = ghp();
    for (const text of [`x${token}`, `_${token}`, `${token}x`, `${token}_`])
      expect(look(ID, text)).toEqual([]);
  });

  it('is written as it is: another case is another text', () => {
    expect(look(ID, ghp().replace('ghp_', 'GHP_'))).toEqual([]);
  });

  it('of a test mode is a finding of lower tier', () => {
    const live = draw('sk_live_<A-Za-z0-9:40>');
    const test = draw('sk_test_<A-Za-z0-9:40>');
    expect(look('stripe.secret-key', live)).toEqual([{ secret: live, tier: 'certain' }]);
    expect(look('stripe.test-secret-key', test)).toEqual([{ secret: test, tier: 'likely' }]);
    expect(look('stripe.secret-key', test)).toEqual([]);
  });

  it('with a word inside is found from its start on', () => {
    const key = draw('<A-Za-z0-9:76>AZDO<A-Za-z0-9:4>');
    const id = 'azure.devops-personal-access-token';
    expect(look(id, `pat: ${key}`)).toEqual([{ secret: key, tier: 'certain' }]);
    expect(look(id, `pat: x${key}`)).toEqual([]);
  });

  it('in a URL is the part that is secret; where the address itself is one, all of it', () => {
    const hook = draw('hooks.slack.com/services/T<A-Z0-9:9>/B<A-Z0-9:9>/<A-Za-z0-9:24>');
    expect(look('slack.incoming-webhook-url', `https://${hook}`)).toEqual([
      { secret: hook, tier: 'certain' },
    ]);
    const code = draw('<A-Za-z0-9_-:54>==');
    const url = `https://acme.azurewebsites.net/api/run?code=${code}`;
    expect(look('azure.function-key-in-url', url)).toEqual([{ secret: code, tier: 'certain' }]);
    const bot = draw('<1-9:1><0-9:9>:AA<A-Za-z0-9_-:33>');
    expect(look('telegram.bot-token', `https://api.telegram.org/bot${bot}/getMe`)).toEqual([
      { secret: bot, tier: 'certain' },
    ]);
  });

  it('is found by kinds that know more of it than their prefix', () => {
    const role = Buffer.from(
      JSON.stringify({ iss: 'supabase', ref: draw('<a-z:20>'), role: 'service_role', iat: 1 }),
    ).toString('base64url');
    const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
    const jwt = `${header}.${role}.${draw('<A-Za-z0-9_-:43>')}`;
    expect(look('supabase.service-role-key', `KEY="${jwt}"`)).toEqual([
      { secret: jwt, tier: 'certain' },
    ]);
  });
});
