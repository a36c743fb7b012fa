/** What the demo needs of the user's environment. Everything else stays out of it: a layer that is off would show it. */
const KEPT =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|XDG_STATE_HOME)$/;

/**
 * Runs `body` as if the user's shell had nothing but `set` beside the bare necessities, and puts the environment back.
 * Nothing else may run in this process meanwhile.
 */
export async function withEnvironment<T>(
  set: Record<string, string>,
  body: () => Promise<T>,
): Promise<T> {
  const saved = { ...process.env };
  for (const name of Object.keys(saved)) if (!KEPT.test(name)) delete process.env[name];
  Object.assign(process.env, set);
  try {
    return await body();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
    Object.assign(process.env, saved);
  }
}
