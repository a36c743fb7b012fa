/** One call of a tool, as a model asks for it. */
export interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

export interface Reply {
  type: 'text/event-stream' | 'application/json';
  body: string;
}

/** A model service's protocol, as far as a scripted model needs it. Bodies are parsed JSON from an agent. */
export interface Wire {
  /** Whether a POST to this path asks the model for something. */
  asksModel(path: string): boolean;
  /** Names of the tools the agent offers; side questions (titles, summaries) offer none. */
  tools(body: unknown): string[];
  /** Output of every tool called so far, in the order of the calls: agents send the whole conversation each time. */
  results(body: unknown): string[];
  call(call: ToolCall, turn: number, path: string): Reply;
  say(text: string, turn: number, path: string): Reply;
}

/** Server-sent events (WHATWG HTML, section 9.2); `event:` is left out where the protocol has no names. */
export function events(list: readonly { name?: string; data: unknown }[]): Reply {
  const body = list.map(
    ({ name, data }) => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`,
  );
  return { type: 'text/event-stream', body: body.join('') };
}

/** The property of something that may be anything. */
export function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Every string within, in order. */
export function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
