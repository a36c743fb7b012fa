// Time of one judgement of `guard check` after warm-up, by hand: `node build.js && node bench/check.js`. Some 1,000 varied
// commands, as argument vectors and as shell text; the program itself is left out.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist', 'bench-check.cjs');
if (!existsSync(join(root, 'dist', 'guard.cjs'))) throw new Error('run node build.js first');
await build({
  stdin: {
    contents: `
      export { compilePolicy } from './src/policy/decide.ts';
      export { loadRulePacks } from './src/policy/load-rules.ts';
      export { Judge } from './src/check/judge.ts';`,
    resolveDir: root,
  },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  outfile: out,
  logLevel: 'warning',
});
const { compilePolicy, loadRulePacks, Judge } = (await import(out)).default;
rmSync(out);
const packs = await loadRulePacks();
const policy = compilePolicy({
  packs,
  commands: [],
  network: { allow: [], deny: [] },
  calls: { rules: [], credentials: [], foreign: [], grants: null },
  repositoryTrusted: false,
});
const place = { repository: '/home/me/project', home: '/home/me', user: 'me' };

const examples = packs.flatMap(({ rules }) =>
  rules.flatMap(({ examples: { match, pass } }) => [...match, ...pass]),
);
const step = Math.max(1, Math.floor(examples.length / 700));
const some = examples.filter((_, index) => index % step === 0).slice(0, 700);
const texts = some.filter((example) => typeof example === 'string');
const argvs = some.map((example) =>
  typeof example === 'string' ? example.replace(/['"]/g, '').split(/\s+/) : example,
);
const everyday =
  `ls -la|git status|npm test|grep -rn foo src|cat package.json|make -j4|docker ps|kubectl get pods -A
cd src && npm ci && npm run build|for f in *.ts; do echo "$f"; done|find . -name '*.ts' -exec grep -l x {} +
if [ -f .env ]; then source .env; fi; npm start|echo "a b c" | xargs -n1 echo|tar czf - . | ssh host 'tar xzf - -C /srv'
cat <<E > notes.txt\nsome text\nE|while read -r l; do echo "$l"; done < list|git log --oneline | head -20|X=$(mktemp -d); cd "$X"
f() { git pull --rebase; npm ci; }; f|docker run --rm -v "$PWD":/app node npm test|curl -s https://api.example.com | jq .
python3 -c 'import json,sys; print(json.load(sys.stdin))'|sed -n '1,20p' a.txt|awk '{print $1}' f | sort | uniq -c
for i in {1..30}; do curl -s "http://localhost:$i"; done|mkdir -p a/{b,c,d}|git commit -m "fix: rm -rf in docs"`
    .split(/\||\n(?=\S)/)
    .map((line) => line.trim());
const joined = texts.map((text, index) => `${everyday[index % everyday.length]} && ${text}`);

/** Of the rounds of one command the median counts, so that it is the commands that differ and not the machine's load. */
function measure(name, items, judge) {
  const times = items.map(() => []);
  for (let round = 0; round < 15; round += 1)
    for (const [index, item] of items.entries()) {
      const start = performance.now();
      judge(item);
      // The first rounds warm it up.
      if (round > 3) times[index].push(performance.now() - start);
    }
  const each = times.map((list, index) => [list.sort((a, b) => a - b)[5], items[index]]);
  each.sort(([a], [b]) => a - b);
  const at = (share) => `${(each[Math.floor((each.length - 1) * share)]?.[0] ?? 0).toFixed(3)} ms`;
  const cells = [name.padEnd(28), String(items.length).padStart(5)];
  console.log(`| ${[...cells, at(0.5), at(0.99), at(1)].join(' | ')} |`);
  if (process.argv.includes('--slowest'))
    for (const [time, item] of each.slice(-8))
      console.log(time.toFixed(3), String(item).slice(0, 150));
}

console.log('| what | commands | median | p99 | slowest |\n|---|---|---|---|---|');
const argv = (words) => new Judge(policy, place).argv(words, place.repository);
const text = (line) => new Judge(policy, place).text(line, place.repository);
measure('argv', argvs, argv);
measure('shell text, one command', [...texts, ...everyday], text);
measure('shell text, several', joined, text);
