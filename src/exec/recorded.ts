import type { ExecRequest } from '../policy/types.ts';

/** Characters of arguments that go into the record of one exec; the kernel allows megabytes. */
const ARGUMENTS_RECORDED = 64 * 1024;

/** The request as it is reported: a session must not fill guard's memory with what it executes. */
export function recorded(request: ExecRequest): ExecRequest {
  let left = ARGUMENTS_RECORDED;
  const fits = request.argv.findIndex((argument) => (left -= argument.length + 1) < 0);
  if (fits < 0) return request;
  const cut = request.argv.length - fits;
  return {
    ...request,
    argv: [...request.argv.slice(0, fits), `[${cut} more arguments are not recorded]`],
  };
}
