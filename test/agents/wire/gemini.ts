import { events, get, list, strings, type Reply, type Wire } from './wire.ts';

/** Google's generateContent and streamGenerateContent: https://ai.google.dev/api/generate-content */
export const gemini: Wire = {
  asksModel: (path) => /:(streamG|g)enerateContent(\?|$)/.test(path),
  tools: (body) =>
    list(get(body, 'tools'))
      .flatMap((tool) => list(get(tool, 'functionDeclarations')))
      .map((tool) => String(get(tool, 'name'))),
  results: (body) =>
    list(get(body, 'contents'))
      .flatMap((content) => list(get(content, 'parts')))
      .filter((part) => get(part, 'functionResponse') !== undefined)
      .map((part) => strings(get(get(part, 'functionResponse'), 'response')).join('\n')),
  call: ({ name, input }, turn, path) =>
    candidate(path, { functionCall: { id: `scripted${turn}`, name, args: input } }),
  say: (text, _turn, path) => candidate(path, { text }),
};

function candidate(path: string, part: object): Reply {
  const data = {
    candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [part] } }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: 'scripted',
  };
  return path.includes(':stream')
    ? events([{ data }])
    : { type: 'application/json', body: JSON.stringify(data) };
}
