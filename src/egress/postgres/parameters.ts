/** Settings that change nothing about who speaks or how a text is read. */
const HARMLESS = new Set(
  `application_name datestyle timezone intervalstyle extra_float_digits search_path statement_timeout lock_timeout
   idle_in_transaction_session_timeout idle_session_timeout transaction_timeout default_transaction_isolation
   default_transaction_read_only default_transaction_deferrable bytea_output client_min_messages geqo jit plan_cache_mode
   xmloption lc_messages tcp_user_timeout tcp_keepalives_idle tcp_keepalives_interval tcp_keepalives_count`.split(
    /\s+/,
  ),
);
const OFF = new Set(['', 'false', 'off', 'no', '0']);

export type Asked =
  | {
      ok: true;
      user: string;
      database: string;
      settings: Record<string, string>;
      extensions: string[];
    }
  | { ok: false; reason: string };

/** What a client asks for at the start, as far as guard passes it on; any other setting could be `role`. */
export function readAsked(parameters: ReadonlyMap<string, string>): Asked {
  const user = parameters.get('user') ?? '';
  if (!user) return { ok: false, reason: 'no user is named' };
  const settings: Record<string, string> = {};
  const extensions: string[] = [];
  for (const [name, value] of parameters) {
    if (name === 'user' || name === 'database') continue;
    if (name.startsWith('_pq_.')) extensions.push(name);
    else if (name === 'replication') {
      if (!OFF.has(value.toLowerCase()))
        return { ok: false, reason: 'guard passes no replication connections' };
    } else if (name === 'options') {
      for (const [option, given] of readOptions(value) ?? [['options', null] as const])
        if (given === null || !put(settings, option, given)) return notPassed(option);
    } else if (!put(settings, name, value)) return notPassed(name);
  }
  return { ok: true, user, database: parameters.get('database') || user, settings, extensions };
}

/** The encoding is UTF8 whatever is asked for: in others a byte of a letter can be a backslash or a quote. */
function put(settings: Record<string, string>, name: string, value: string): boolean {
  if (name === 'client_encoding') return true;
  if (!HARMLESS.has(name)) return false;
  settings[name] = value;
  return true;
}

function notPassed(name: string): Asked {
  return { ok: false, reason: `guard does not pass on the start-up parameter ${name}` };
}

/** `-c name=value`, `-cname=value`, `--name=value`; null where there is anything else. */
function readOptions(options: string): [string, string][] | null {
  const words = options.match(/(?:\\.|[^\\\s])+/g) ?? [];
  const found: [string, string][] = [];
  for (let at = 0; at < words.length; at += 1) {
    let word = words[at] ?? '';
    if (word === '-c') word = `-c${words[(at += 1)] ?? ''}`;
    const match = /^(?:-c|--)([A-Za-z_-]+)=(.*)$/s.exec(word.replace(/\\(.)/gs, '$1'));
    if (!match) return null;
    found.push([(match[1] ?? '').toLowerCase().replaceAll('-', '_'), match[2] ?? '']);
  }
  return found;
}
