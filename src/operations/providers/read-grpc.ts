import type { Operation } from '../../policy/types.ts';
import { grpcMethod, isGrpc } from '../grpc.ts';
import type { CallView } from '../rest/view.ts';
import { judgeMethod, type CompiledMethods } from './method-rules.ts';

/** A method that says that it only looks: Google's API design guide (AIP-131, 132, 136) and what others took from it. */
const READS =
  /^(?:Get|List|BatchGet|Watch|Search|Query|Lookup|Read|Describe|Count|Check|Fetch|StreamGet|StreamList|StreamRead|Ping|Health|ServerReflectionInfo)(?![a-z])/;

/** `/package.Service/Method`, wherever the type says so and the path has that shape. */
export function readGrpc(grpc: CompiledMethods, view: CallView): Operation[] {
  if (!isGrpc(view.call)) return [];
  return view.paths.readings.flatMap((path) => {
    const name = `/${path.join('/')}`;
    const call = grpcMethod(name);
    if (!call) return [];
    const otherwise = READS.test(call.method) ? 'read' : 'change';
    const around = { body: null, query: view.query.values, headers: view.call.headers };
    return [judgeMethod(grpc, name, { name, target: null, arguments: null, otherwise }, around)];
  });
}
