import './force-colour.ts';
import { renderToString } from 'ink';
import { createElement } from 'react';
import type { Painter } from '../../src/approval/frame-worker.ts';
import { Prompt } from '../../src/approval/ink/prompt.tsx';
import type { PromptLayout } from '../../src/approval/prompt-layout.ts';

/** What the worker draws, in this thread. */
export function draw(layout: PromptLayout): string {
  return renderToString(createElement(Prompt, { layout }), { columns: layout.columns });
}

export class InkPainter implements Painter {
  usable = true;
  warm(): void {}
  paint(layout: PromptLayout): Promise<unknown> {
    return Promise.resolve(draw(layout));
  }
  giveUp(): void {
    this.usable = false;
  }
}
