import type { Json, Operation } from '../../policy/types.ts';
import { compileJsonPath } from '../rest/json-path.ts';
import type { CallView } from '../rest/view.ts';
import { judgeMethod, type CompiledMethods } from './method-rules.ts';
import { asTarget, unknownOperation } from './weigh.ts';

const MAX_CALLS = 1000;
/** The Model Context Protocol's way to call a tool. */
const TOOL_CALL = 'tools/call';
const TARGETS = ['id', 'name', 'path', '*'].map((name) =>
  compileJsonPath(`arguments.${name}`, true),
);

/**
 * JSON-RPC 2.0, one call or several, in any body. It only ever adds to what the method and the path say: a service that
 * speaks something else would not notice such a body.
 */
export function readJsonRpc(jsonrpc: CompiledMethods, view: CallView): Operation[] {
  if (jsonrpc.rules.length === 0) return [];
  const calls = view.bodies.flatMap((body) => (Array.isArray(body) ? (body as Json[]) : [body]));
  const found = calls.flatMap((call): [string, Json][] => {
    const { jsonrpc: version, method, params, id } = membersOf(call);
    const isCall = version !== undefined || (params !== undefined && id !== undefined);
    return isCall && typeof method === 'string' ? [[method, params ?? null]] : [];
  });
  const operations = found.slice(0, MAX_CALLS).map(([method, params]) => {
    const tool = method === TOOL_CALL ? asTarget(membersOf(params).name) : null;
    const called = tool === null ? method : `${TOOL_CALL} ${tool}`;
    const call = {
      name: tool === null ? `rpc ${method}` : called,
      target: targetOf(params),
      arguments: params,
      otherwise: 'read' as const,
    };
    return judgeMethod(jsonrpc, called, call, {
      body: params,
      query: view.query.values,
      headers: view.call.headers,
    });
  });
  if (found.length > MAX_CALLS)
    operations.push(unknownOperation('rpc', 'it holds more calls than guard reads'));
  return operations;
}

/** By names in small letters: some servers know no case in them. */
function membersOf(value: Json): Partial<Record<string, Json>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const members = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    members.slice(0, 1000).map(([name, inner]) => [name.toLowerCase().replaceAll('ſ', 's'), inner]),
  );
}

function targetOf(params: Json): string | null {
  for (const path of TARGETS)
    for (const { value } of path.find(params)) {
      const target = asTarget(value);
      if (target !== null) return target;
    }
  return null;
}
