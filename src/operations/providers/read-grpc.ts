import type { Operation } from '../../policy/types.ts';
import { grpcMethod, isGrpc } from '../grpc.ts';
import type { CallView } from '../rest/view.ts';
import type { CallHead } from '../types.ts';
import { judgeMethod, type CompiledMethods } from './method-rules.ts';
import { isStricter } from './weigh.ts';

/** A method that says that it only looks: Google's API design guide (AIP-131, 132, 136) and what others took from it. */
const READS =
  /^(?:Get|List|BatchGet|Watch|Search|Query|Lookup|Read|Describe|Count|Check|Fetch|StreamGet|StreamList|StreamRead|Ping|Health|ServerReflectionInfo)(?![a-z])/;

/** Types that Connect and Twirp use besides gRPC's own; a path has to look like a method's then. */
const OTHER_TYPE = /^\s*application\/(?:connect\+)?(?:proto|json|x-protobuf|protobuf)\b/i;

/** `/package.Service/Method`, wherever the type says so and the path has that shape; also below a prefix. */
export function readGrpc(grpc: CompiledMethods, view: CallView): Operation[] {
  return view.paths.readings.flatMap((path) => {
    const name = methodIn(view.call, path);
    if (name === null) return [];
    const [, method = ''] = name.slice(1).split('/');
    const otherwise = READS.test(method) ? 'read' : 'change';
    const around = { body: null, query: view.query.values, headers: view.call.headers };
    const given = { name, target: null, arguments: null, otherwise } as const;
    const judged = judgeMethod(grpc, name, given, around);
    // A method by its looks alone only adds to what the request is otherwise.
    return isGrpc(view.call) || isStricter(judged.class, 'change') ? [judged] : [];
  });
}

/** Is a request of gRPC's that, and nothing else? */
export function speaksGrpc(call: CallHead, path: readonly string[]): boolean {
  return isGrpc(call) && grpcMethod(`/${path.join('/')}`) !== null;
}

function methodIn(call: CallHead, path: readonly string[]): string | null {
  const name = `/${path.slice(-2).join('/')}`;
  const method = grpcMethod(name);
  if (!method) return null;
  if (isGrpc(call) && (path.length === 2 || method.service.includes('.'))) return name;
  const type = call.headers.find(([header]) => header === 'content-type')?.[1] ?? '';
  // A package, and a service with a capital: no path of another kind looks like that.
  const telling = /^[a-z][\w.]*\.[A-Z]\w*$/.test(method.service) && /^[A-Z]/.test(method.method);
  return telling && call.method.toUpperCase() === 'POST' && OTHER_TYPE.test(type) ? name : null;
}
