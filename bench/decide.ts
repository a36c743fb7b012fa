/** Time of one decision, median and 99th percentile, on commands of the packs' own examples: `node bench/decide.ts`. */
import { compilePolicy, decide } from '../src/policy/decide.ts';
import { loadRulePacks } from '../src/policy/load-rules.ts';
import { data, exec } from '../test/policy/support.ts';

const packs = await loadRulePacks();
const begin = performance.now();
const policy = compilePolicy(data({ packs }));
const compile = performance.now() - begin;
const examples = packs.flatMap(({ rules }) =>
  rules.flatMap(({ examples: e }) => [...(e?.match ?? []), ...(e?.pass ?? [])]),
);
const known = examples.map((example) => exec(example));
const unknown = ['ls -la', 'grep -rn x src', 'cat a b', '/usr/bin/env true'].map((line) =>
  exec(line),
);
console.log(`compile ${compile.toFixed(2)} ms`);
for (const [name, requests] of [
  ['known', known],
  ['unknown', unknown],
] as const) {
  const times: number[] = [];
  for (let round = 0; round < 50; round += 1)
    for (const request of requests) {
      const start = performance.now();
      decide(policy, request);
      times.push(performance.now() - start);
    }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    `${((times[Math.floor(times.length * share)] ?? 0) * 1000).toFixed(1)} µs`;
  console.log(`${name}: median ${at(0.5)}, p99 ${at(0.99)}, worst ${at(0.9999)}`);
}
