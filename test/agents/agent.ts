import type { ToolCall, Wire } from './wire/wire.ts';

/** What the scripted model asks for, whatever the agent calls its tools. */
export type Step =
  | { name: string; run: string }
  /** Through the agent's own tool for files; `path` is absolute. */
  | { name: string; write: string; content: string };

/** What differs from one agent to the next. */
export interface Agent {
  /** The word after `guard run`: also the name of its built-in profile. */
  name: string;
  /** npm package with its version. */
  package: string;
  /** Steps of its install script that it cannot do without, each a Node script relative to the cache folder. */
  afterInstall: string[];
  wire: Wire;
  call: (step: Step) => ToolCall;
  /** Arguments that make it do `task` without asking and end. */
  args: (task: string, port: number) => string[];
  env: (port: number) => Record<string, string>;
  /** Files of its home folder, relative to it. */
  home: (port: number) => Record<string, string>;
}
