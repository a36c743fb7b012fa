import { events, get, list, strings, type Reply, type Wire } from './wire.ts';

/** Anthropic's Messages API, streamed: https://docs.anthropic.com/en/api/messages-streaming */
export const anthropic: Wire = {
  asksModel: (path) => /\/messages(\?|$)/.test(path),
  tools: (body) => list(get(body, 'tools')).map((tool) => String(get(tool, 'name'))),
  results: (body) =>
    list(get(body, 'messages'))
      .flatMap((message) => list(get(message, 'content')))
      .filter((block) => get(block, 'type') === 'tool_result')
      .map((block) => strings(get(block, 'content')).join('\n')),
  call: ({ name, input }, turn) =>
    message(
      turn,
      { type: 'tool_use', id: `toolu_scripted${turn}`, name, input: {} },
      { type: 'input_json_delta', partial_json: JSON.stringify(input) },
      'tool_use',
    ),
  say: (text, turn) =>
    message(turn, { type: 'text', text: '' }, { type: 'text_delta', text }, 'end_turn'),
};

function message(turn: number, block: object, delta: object, stop: string): Reply {
  const start = {
    id: `msg_scripted${turn}`,
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const all = [
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: 1 },
    },
    { type: 'message_stop' },
  ];
  return events(all.map((data) => ({ name: data.type, data })));
}
