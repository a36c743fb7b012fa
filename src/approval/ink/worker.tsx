// Runs in a thread of its own, in a bundle of its own: ink is a module that takes long to load. It only draws: what it is
// given is escaped already, what it gives back is checked, and keys are read elsewhere.
import { parentPort } from 'node:worker_threads';
import { renderToString } from 'ink';
import type { FrameReply, FrameRequest } from '../frame-worker.ts';
import { Prompt } from './prompt.tsx';

parentPort?.on('message', ({ id, layout }: FrameRequest) => {
  let reply: FrameReply;
  try {
    reply = { id, frame: renderToString(<Prompt layout={layout} />, { columns: layout.columns }) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(reply);
});
