import { describe, expect, it } from 'vitest';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { readPack } from '../../src/policy/rules/read.ts';
import { UNRESOLVED, type ExecRequest } from '../../src/policy/types.ts';
import { data, exec, source } from './support.ts';

const PACK = `
pack: example
about: Grammars that no other pack is needed for.
commands:
  cloud:
    verbs: [list, delete, 'delete-*', describe, start]
    pre-answers: [quiet]
    flags: |
      -p, --project NAME
      -q, --quiet
    subcommands:
      sql: { subcommands: { backups: {} } }
  amazon:
    depth: 2
    flags: |
      --profile NAME
  python:
    interspersed: false
    runs: operands
    runs-flags: [m]
    ends-options: [c, m]
    flags: |
      -c CODE
      -m MODULE
      -u
  manage.py:
    subcommands: { flush: {} }
  rm:
    style: getopt
    flags: |
      -r, --recursive
      -f, --force
rules:
  - id: cloud.delete
    match: { command: cloud, verb: [delete, 'delete-*'] }
    action: ask
    reversibility: irreversible
    reach: remote
    resource: operands
    reason: it deletes
    examples: { match: [cloud x delete], pass: [cloud x list] }
  - id: cloud.backups
    match: { command: cloud sql backups, verb: delete }
    action: ask
    reversibility: irreversible
    reach: remote
    tier: type
    reason: it deletes a backup
    examples: { match: [cloud x delete], pass: [cloud x list] }
  - id: amazon.delete
    match: { command: amazon, verb: 'delete-*' }
    action: ask
    reversibility: irreversible
    reach: remote
    resource: [name, 'operand 1']
    reason: it deletes
    examples: { match: [amazon a delete-b], pass: [amazon a list-b] }
  - id: manage.flush
    match: { command: manage.py flush }
    action: ask
    reversibility: irreversible
    reason: it empties the database
    examples: { match: [manage.py flush], pass: [manage.py x] }
  - id: rm.root
    match: { command: rm, flags: recursive, operand: { is: [root, home, above] } }
    action: deny
    reason: it removes everything
    examples: { match: [rm -r /], pass: [rm x] }
  - id: rm.recursive
    match: { command: rm, flags: recursive }
    unless: { every-operand: [{ named: dist }, { is: [ignored, temporary] }] }
    action: ask
    reversibility: recoverable
    reason: it removes a folder
    examples: { match: [rm -r x], pass: [rm x] }
`;
const policy = compilePolicy(data({ packs: [readPack(PACK, 'example.yaml')] }));

function verdict(line: string, more: Partial<ExecRequest> = {}) {
  const { action, rule, tier, resource } = decide(
    policy,
    exec(line.replaceAll('@', UNRESOLVED), more),
  );
  return [action, rule, tier, resource].filter((each) => each !== undefined).join(' ');
}

describe('verbs and depth', () => {
  it.each([
    ['cloud compute instances delete vm-1', 'ask cloud.delete review vm-1'],
    ['cloud --project p compute instances delete vm-1', 'ask cloud.delete review vm-1'],
    ['cloud compute instances delete vm-1 --quiet', 'ask cloud.delete type vm-1'],
    ['cloud compute instances --project my-prod delete vm-1', 'ask cloud.delete type vm-1'],
    ['cloud compute instances delete', 'ask cloud.delete review delete'],
    ['cloud sql backups delete --project x 12', 'ask cloud.backups type 12'],
    ['cloud compute instances describe delete', 'allow default'],
    ['cloud compute instances list --filter delete', 'allow default'],
    ['amazon s3api delete-bucket --name b', 'ask amazon.delete review b'],
    ['amazon --profile live s3api delete-bucket', 'ask amazon.delete type delete-bucket'],
    ['amazon s3api get delete-bucket', 'allow default'],
  ])('%s', (line, expected) => expect(verdict(line)).toBe(expected));
});

describe('programs that run others in their own process', () => {
  it.each([
    ['python manage.py flush', 'ask manage.flush review flush'],
    ['python -u ./manage.py flush', 'ask manage.flush review flush'],
    ['python -m manage.py flush', 'ask manage.flush review flush'],
    ['python -c print manage.py flush', 'allow default'],
    ['python other.py manage.py flush', 'allow default'],
  ])('%s', (line, expected) => expect(verdict(line)).toBe(expected));
});

describe('what is not known', () => {
  it.each([
    ['rm -r @', 'ask rm.root review @'],
    ['rm -r /@', 'ask rm.root review /@'],
    ['rm -r @/dist', 'ask rm.root review @/dist'],
    ['rm -r dist/@', 'allow default'],
    ['rm -r /tmp/@', 'allow default'],
    ['rm -r src/@', 'ask rm.recursive confirm src/@'],
    ['rm -r /home/me/@', 'deny rm.root'],
    ['rm -r /home/me/project/@', 'ask rm.recursive confirm /home/me/project/@'],
    ['rm -r dist/../@', 'ask rm.root review dist/../@'],
    ['rm @', 'allow default'],
  ])('%s', (line, expected) => expect(verdict(line).replaceAll(UNRESOLVED, '@')).toBe(expected));
});

describe('places', () => {
  it.each([
    ['rm -r /*', 'deny rm.root'],
    ['rm -r ../../*', 'deny rm.root'],
    ['rm -r *', 'ask rm.recursive confirm *'],
    ['rm -r dist/*', 'allow default'],
    ['rm -r build', 'ask rm.recursive confirm build'],
  ])('%s', (line, expected) => expect(verdict(line)).toBe(expected));

  it('knows what git ignores from the gate', () => {
    const ignored = ['/home/me/project/build'];
    expect(verdict('rm -r build dist', { ignored })).toBe('allow default');
    expect(verdict('rm -r build src', { ignored })).toBe('ask rm.recursive confirm src');
  });
});

describe('programs that no pack describes', () => {
  const commands = (action: 'allow' | 'deny', match: string) => [
    { value: { match, action }, source: source('user') },
  ];
  const packs = [
    readPack(
      `
pack: any
about: x
commands: { '*': { depth: 2, verbs: [delete, list] }, cat: {} }
rules:
  - id: any.delete
    match: { command: '*', verb: delete }
    action: ask
    reversibility: irreversible
    reason: it deletes
    examples: { match: [x delete], pass: [x list] }
`,
      'any.yaml',
    ),
  ];
  const judge = (line: string, lines: ReturnType<typeof commands> = []) =>
    decide(compilePolicy(data({ packs, commands: lines })), exec(line)).action;

  it.each([
    ['some delete x', 'ask'],
    ['some thing delete x', 'ask'],
    ['some a b delete x', 'allow'],
    ['some list delete', 'allow'],
    ['some ./a delete', 'allow'],
    ['cat delete', 'allow'],
  ])('%s: %s', (line, action) => expect(judge(line)).toBe(action));

  it('leaves the profile to speak of them by their words', () => {
    expect(judge('some delete x', commands('allow', 'some delete'))).toBe('allow');
    expect(judge('some delete x', commands('allow', 'some list'))).toBe('ask');
    expect(judge('some deploy prod', commands('deny', 'some deploy prod'))).toBe('deny');
    expect(judge('some thing delete prod', commands('deny', 'some thing delete prod'))).toBe(
      'deny',
    );
  });
});
