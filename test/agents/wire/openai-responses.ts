import { events, get, list, strings, type Reply, type Wire } from './wire.ts';

/** OpenAI's Responses API, streamed: https://platform.openai.com/docs/api-reference/responses-streaming */
export const openaiResponses: Wire = {
  asksModel: (path) => /\/responses(\?|$)/.test(path),
  tools: (body) => list(get(body, 'tools')).map((tool) => String(get(tool, 'name'))),
  results: (body) =>
    list(get(body, 'input'))
      .filter((item) => /_call_output$/.test(String(get(item, 'type'))))
      .map((item) => strings(get(item, 'output')).join('\n')),
  call: ({ name, input }, turn) =>
    response(turn, {
      type: 'function_call',
      id: `fc_scripted${turn}`,
      call_id: `call_scripted${turn}`,
      name,
      arguments: JSON.stringify(input),
    }),
  say: (text, turn) =>
    response(turn, {
      type: 'message',
      id: `msg_scripted${turn}`,
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [] }],
    }),
};

function response(turn: number, item: object): Reply {
  const id = `resp_scripted${turn}`;
  const usage = {
    input_tokens: 1,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 2,
  };
  const all = [
    { type: 'response.created', response: { id } },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { id, status: 'completed', output: [item], usage } },
  ];
  return events(all.map((data) => ({ name: data.type, data })));
}
