import { describe, expect, it } from 'vitest';
import { commands } from './reading.ts';

describe('words', () => {
  it.each([
    ['quotes are taken off', `r"m" '-rf' a\\ b $'c\\x41'`, 'rm|-rf|a b|cA'],
    [
      'braces are written out',
      'rm -rf {src,docs}/x f{1..3} {a,"b c"}',
      'rm|-rf|src/x|docs/x|f1|f2|f3|a|b c',
    ],
    ['braces in braces', 'x a{b,c{d,e}}f', 'x|abf|acdf|acef'],
    ['braces in quotes are not', `x "{a,b}" '{c,d}' {e} {f`, 'x|{a,b}|{c,d}|{e}|{f'],
    ['braces with something unknown in them', 'x {a,$U}', 'x|a|?'],
    ['home', 'x ~ ~/y "~" a~ ~root/z', 'x|/home/me|/home/me/y|~|a~|/root/z'],
    [
      'variables that are known',
      'A=b; x $A "$A c" ${A}d $HOME $PWD $TMPDIR $USER',
      'x|b|b c|bd|/home/me|/home/me/project|/tmp|me',
    ],
    ['values are split outside quotes', `A='b c'; x $A "$A"`, 'x|b|c|b c'],
    ['an empty one is no word', 'A=; x $A "$A" y', 'x||y'],
    ['$IFS between words', 'rm$IFS-rf${IFS}src', 'rm|-rf|src'],
    ['another IFS', 'IFS=,; A=b,c; x $A', 'x|b|c'],
    ['what is not known', 'x $U a"$U"b $(unknown) $U$V', 'x|?|a?b|?|?'],
    ['defaults', 'x ${U:-a} ${U-b} ${U:=c} $U ${U:+d}', 'x|a|b|c|c|d'],
    ['a default of something known', 'A=1; x ${A:-b} ${A:+c} ${A:?}', 'x|1|c|1'],
    [
      'pieces of a value',
      'A=dir/a.tar.gz; x ${A%.*} ${A%%.*} ${A##*/} ${A#*/} ${A%/}',
      'x|dir/a.tar|dir/a|a.tar.gz|a.tar.gz|dir/a.tar.gz',
    ],
    [
      'replacement, slices, case',
      'A=abcab; x ${A/b/X} ${A//b/X} ${A:1:2} ${A^^} ${#A}',
      'x|aXcab|aXcaX|bc|ABCAB|5',
    ],
    ['indirection', 'A=B; B=c; x ${!A}', 'x|c'],
    ['arrays', 'A=(a "b c"); A+=(d); x "${A[@]}" ${A[1]}', 'x|a|b c|d|b|c'],
    ['arguments', 'set -- a "b c"; x "$@" $2 "$*" $#', 'x|a|b c|b|c|a b c|2'],
    ['arithmetic', 'x $((1+2)) $((6 * 7))', 'x|3|42'],
    ['patterns stay', 'x *.ts [ab]? @(a|b)', 'x|*.ts|[ab]?|@(a|b)'],
    [
      'placeholders are words',
      'x {{path/to/file}} [options] ...',
      'x|{{path/to/file}}|[options]|...',
    ],
  ])('%s', (_, text, expected) => {
    expect(commands(text).at(-1)).toBe(expected);
  });

  it('stops at more words than anyone writes', () => {
    const [line = ''] = commands('x {1..100000}');
    expect(line.split('|').length).toBeLessThan(300);
    expect(line.endsWith('|?')).toBe(true);
  });

  it('ends with values that double', () => {
    const [line = ''] = commands(`A=aaaa; ${'A=$A$A; '.repeat(60)} x "$A"`);
    expect(line).toBe('x|?');
  });

  it('ends with arguments that double', () => {
    const [line = ''] = commands(`set -- a b; ${'set -- "$@" "$@"; '.repeat(60)} x "$@"`);
    expect(line.split('|').length).toBeLessThan(3000);
  });
});
