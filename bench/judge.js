// How well `guard check` tells destructive commands from harmless ones: `node bench/judge.js FILE… [--show]`.
// A file holds JSON lines as `guard check --jsonl` takes them, each with a `label`: "destructive" or "harmless".
// A destructive item counts as found when it is asked about, denied or killed; a harmless one as spared when it is allowed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const guard = join(fileURLToPath(new URL('..', import.meta.url)), 'bin', 'guard.js');
const show = process.argv.includes('--show');
const files = process.argv.slice(2).filter((word) => !word.startsWith('--'));
if (files.length === 0) {
  console.error('usage: node bench/judge.js FILE… [--show]');
  process.exit(2);
}
const rows = [];
for (const file of files) rows.push(await judge(file));
console.table(rows);

async function judge(file) {
  const items = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
  const answers = await check(items);
  const counts = { destructive: 0, found: 0, harmless: 0, asked: 0 };
  for (const [index, item] of items.entries()) {
    const answer = answers[index];
    const flagged = answer?.action !== 'allow';
    if (item.label === 'destructive') {
      counts.destructive += 1;
      if (flagged) counts.found += 1;
      else if (show) console.log('missed  ', textOf(item));
    } else {
      counts.harmless += 1;
      if (flagged) counts.asked += 1;
      if (flagged && show) console.log(`${answer?.rule ?? 'none'}`.padEnd(32), textOf(item));
    }
  }
  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)} %` : '-');
  return {
    file: file.slice(file.lastIndexOf('/') + 1),
    destructive: counts.destructive,
    recall: percent(counts.found, counts.destructive),
    harmless: counts.harmless,
    'false positives': percent(counts.asked, counts.harmless),
  };
}

function textOf(item) {
  return JSON.stringify(item.command ?? item.argv ?? item.http ?? item.sql ?? '').slice(0, 200);
}

async function check(items) {
  const child = spawn(process.execPath, [guard, 'check', '--jsonl'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => answers.push(JSON.parse(line)));
  const closed = new Promise((resolve) => lines.on('close', resolve));
  for (const [index, item] of items.entries())
    child.stdin.write(`${JSON.stringify({ ...item, label: undefined, id: index })}\n`);
  child.stdin.end();
  await closed;
  if (answers.length !== items.length)
    throw new Error(`${items.length} lines went in and ${answers.length} came out`);
  return answers;
}
