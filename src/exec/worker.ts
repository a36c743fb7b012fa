/**
 * The exec gate's thread. It blocks on the notification descriptor, so it never runs an event loop: messages are
 * fetched by hand when the eventfd wakes it. Anything that goes wrong with one call refuses that call; anything that
 * goes wrong with the gate ends the thread, its descriptor closes, and every later exec fails with ENOSYS.
 */
import { readSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { poll, POLLHUP, POLLIN } from '../kernel/descriptors.ts';
import { ignoreStops } from '../kernel/ptrace.ts';
import { receiveNotification, wakeOnSameCpu } from '../kernel/seccomp.ts';
import { AllowListGate } from './allow-list.ts';
import { ExecGate } from './exec-gate.ts';
import type { AllowListOrder, GateInstruction, GateOrder, GateReport } from './protocol.ts';

/** How often a held caller's life is looked at while a human decides. */
const ASKING_INTERVAL_MS = 200;
/** What was allowed is reported together when no call has come for so long: a message for each would cost as much. */
const REPORT_AFTER_MS = 20;

const port = parentPort;
if (!port) throw new Error('the exec gate runs as a worker');
type Order = GateOrder | AllowListOrder;
port.once('message', (order: Order | Extract<GateInstruction, { type: 'stop' }>) => {
  if ('type' in order) {
    port.close();
    return;
  }
  const report = (text: GateReport): void => port.postMessage(text);
  const gate = 'runs' in order ? new AllowListGate(order, report) : new ExecGate(order, report);
  wakeOnSameCpu(order.listener);
  ignoreStops();
  port.postMessage({ type: 'ready' } satisfies GateReport);
  run(port, order, gate);
  // Nothing of this thread is to wait for further messages.
  port.close();
});

function run(port: MessagePort, order: Order, gate: ExecGate | AllowListGate): void {
  const wanted = [
    { fd: order.listener, events: POLLIN },
    { fd: order.wake, events: POLLIN },
  ];
  for (;;) {
    let [calls = 0, woken = 0] = poll(wanted, gate.reporting ? REPORT_AFTER_MS : 0);
    if (!calls && !woken) {
      // A pause: the time to report what was allowed, before sleeping.
      gate.flush();
      [calls = 0, woken = 0] = poll(wanted, gate.asking ? ASKING_INTERVAL_MS : -1);
    }
    if (woken && !obey(port, order, gate)) {
      gate.flush();
      return;
    }
    if (calls & POLLIN) {
      const notification = receiveNotification(order.listener);
      if (notification) gate.judge(notification);
    } else if (calls & POLLHUP) {
      gate.end();
      return;
    }
    if (gate.asking) gate.dropTheGone();
  }
}

/** Carries out what guard said; false to stop. */
function obey(port: MessagePort, order: Order, gate: ExecGate | AllowListGate): boolean {
  readSync(order.wake, Buffer.alloc(8));
  for (let message; port && (message = receiveMessageOnPort(port));) {
    const instruction = message.message as GateInstruction;
    if (instruction.type === 'stop') return false;
    if (gate instanceof AllowListGate) continue;
    if (instruction.type === 'broker') gate.answerShim(instruction);
    else if (instruction.type === 'resume') gate.resume();
    else gate.answer(instruction.id, instruction.outcome, instruction.by);
  }
  return true;
}
