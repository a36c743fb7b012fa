import { describe, expect, it } from 'vitest';
import { commands, read } from './reading.ts';

describe('commands at any depth', () => {
  it.each([
    ['lists', 'a; b && c || d & e', ['a', 'b', 'c', 'd', 'e']],
    ['pipelines', '! a | b |& c', ['a', 'b', 'c']],
    ['subshells and groups', '(a; (b)); { c; }', ['a', 'b', 'c']],
    ['if', 'if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['while and until', 'while a; do b; done; until c; do d; done', ['a', 'b', 'c', 'd']],
    ['case', 'case $(a) in $(b)) c;; d|e) f;; esac', ['a', 'b', 'c', 'f']],
    [
      'substitutions',
      'x "$(a)" `b` ${U:-$(c)} $((1 + $(d))) <(e) > $(f)',
      ['a', 'b', 'c', 'd', 'e', 'f', 'x|?|?|?|1|/dev/fd/63'],
    ],
    ['tests', '[[ -n $(a) ]]; (( $(b) ))', ['a', 'b']],
    ['assignments', 'A=$(a); B=($(b)); C[$(c)]=1', ['a', 'b', 'c']],
    ['words of patterns', 'x *[$(a)] @(b|$(c))', ['a', 'c', 'x|*[$(a)]|@(b|$(c))']],
    ['coproc and time', 'coproc a; time -p b', ['a', 'b']],
    ['arithmetic for', 'for ((i=$(a); i<3; i++)); do b; done', ['a', 'b']],
    ['here-documents', 'x <<E\n$(a)\nE', ['a', 'x']],
    ['quoted here-documents', "x <<'E'\n$(a)\nE", ['x']],
    ['eval', 'eval "a b; c"', ['a|b', 'c']],
    ['traps', "trap 'a; b' EXIT", ['a', 'b']],
    ['a prompt before it', '$ a b', ['a|b']],
  ])('%s', (_, text, expected) => {
    expect(commands(text)).toEqual(expected);
  });

  it('unrolls loops over words', () => {
    expect(commands('for i in a b; do rm $i; done')).toEqual(['rm|a', 'rm|b']);
    expect(commands('for i in $(seq 3); do rm $i; done').slice(1)).toEqual([
      'rm|1',
      'rm|2',
      'rm|3',
    ]);
    expect(commands('for i in {1..1000}; do rm $i; done').at(-1)).toBe('rm|?');
  });
});

describe('functions and aliases', () => {
  it('runs a function where it is called, with its arguments', () => {
    expect(commands('f() { rm "$1"; }; f a; f b')).toEqual(['rm|a', 'rm|b']);
  });
  it('reads one that is never called with unknown arguments', () => {
    expect(commands('f() { rm "$1"; }')).toEqual(['rm|?']);
  });
  it('lets a function take the place of a program', () => {
    expect(commands('rm() { echo no; }; rm -rf /')).toEqual(['echo|no']);
  });
  it('ends with one that defines itself', () => {
    expect(commands('f() { f() { a; }; }')).toEqual([]);
    expect(commands('f() { f() { a; }; }; f')).toEqual(['a']);
  });
  it('ends with one that calls itself', () => {
    expect(commands('f() { a; f; }; f')).toEqual(['a']);
  });
  it('follows aliases', () => {
    expect(commands("alias x='rm -rf'; x a")).toEqual(['rm|-rf|a']);
    expect(commands("alias x='rm -rf'; \\x a; unalias x; x b")).toEqual(['x|a', 'x|b']);
  });
  it.each([
    ':(){ :|:& };:',
    'b() { b | b & }; b',
    'f(){ f & f & };f',
    'f() { (f | f) & }; f',
    '$0 | $0 &',
  ])('sees a fork bomb in %s', (text) => {
    expect(read(text).bombs).toHaveLength(1);
  });
  it('sees none in a function that works its way down', () => {
    expect(read('f() { for d in "$1"/*; do f "$d" & done; }; f .').bombs).toEqual([]);
    expect(read('f() { g | sort; }; f &').bombs).toEqual([]);
  });
});

describe('the folder', () => {
  it.each([
    ['cd /x && a', '/x'],
    ['cd src; cd ..; a', '/home/me/project'],
    ['cd; a', '/home/me'],
    ['(cd /x); a', '/home/me/project'],
    ['cd /x | true; a', '/home/me/project'],
    ['cd /x; cd -; a', '/home/me/project'],
    ['pushd /x; popd; a', '/home/me/project'],
    ['cd "$U"; a', '/home/me/project/?'],
    ['cd /x || exit 1; a', '/x'],
    ['if b; then cd /x; fi; a', '/home/me/project/?'],
    ['f() { cd /x; }; f; a', '/x'],
  ])('%s', (text, folder) => {
    expect(read(text).folders.at(-1)).toBe(folder);
  });
});

describe('what may or may not have run', () => {
  it.each([
    ['if a; then D=/; else D=x; fi; rm $D', 'rm|?'],
    ['D=/; a && D=x; rm $D', 'rm|?'],
    ['D=/; a || D=x; rm $D', 'rm|?'],
    ['case a in b) D=/;; *) D=x;; esac; rm $D', 'rm|?'],
    ['D=/; (D=x); rm $D', 'rm|/'],
    ['a && D=x && rm $D', 'rm|x'],
    ['if a; then D=x; else exit 1; fi; rm $D', 'rm|x'],
  ])('%s', (text, expected) => {
    expect(commands(text).at(-1)).toBe(expected);
  });
});

describe('standard input', () => {
  it.each([
    ['echo a b | x', 'a b\n'],
    ['echo -n a | x', 'a'],
    ["printf '%s-%d\\n' a 1 b 2 | x", 'a-1\nb-2\n'],
    ['x <<< "a b"', 'a b\n'],
    ['x <<E\na $HOME\nE', 'a /home/me\n'],
    ['cat <<E | x\na\nE', 'a\n'],
    ['echo cm0gLXJmIC8= | base64 -d | x', 'rm -rf /'],
    ['echo 726d | xxd -r -p | x', 'rm'],
    ['{ echo a; echo b; } | x', 'a\nb\n'],
    ['curl u | x', '?'],
    ['echo a > f; x < f', 'a\n'],
    ['echo a | tee f; x < f', 'a\n'],
    ['x < unread', '?'],
    ['x', null],
  ])('%s', (text, stdin) => {
    expect(read(text).stdins.at(-1)).toBe(stdin);
  });

  it('knows what some commands print', () => {
    expect(
      commands('x $(pwd) $(dirname /a/b) $(basename /a/b.c .c) $(which rm) $(mktemp -d)').at(-1),
    ).toBe('x|/home/me/project|/a|b|/usr/bin/rm|/tmp/tmp.?');
  });
});

it('tells which files the shell opens for writing', () => {
  expect(read('a > x 2> y >> z &> w 2>&1 >&- 3<&0 < r').writes).toEqual(['>x', '>y', '>>z', '>w']);
  expect(read('{ a; } > x; > y').writes).toEqual(['>x', '>y']);
});

it('says when a text is no sound one, and reads what it can', () => {
  expect(read('a; if b; then')).toMatchObject({ sound: false, commands: ['a', 'b'] });
  expect(read('a "b')).toMatchObject({ sound: false, commands: ['a|b'] });
});

it.each([
  ['commands', 'a;'.repeat(5000)],
  ['nesting', 'x $('.repeat(100) + 'a' + ')'.repeat(100)],
  [
    'functions',
    Array.from({ length: 40 }, (_, n) => `f${n}(){ f${n + 1}; f${n + 1}; };`).join('') + 'f0',
  ],
  ['eval', `X='eval "$X; $X"'; eval "$X"`],
])('gives up on too much: %s', (_, text) => {
  expect(read(text).tooMuch).toBe(true);
});
