import { bounded, type Format } from '../format.ts';
import { commandSecrets } from './commands.ts';

/** What shells, database clients and languages keep of what was typed. */
const HISTORIES = [
  '.bash_history',
  '.zsh_history',
  '.zhistory',
  '.histfile',
  '.sh_history',
  '.ksh_history',
  '.ash_history',
  '.history',
  'fish_history',
  'bash_history',
  'zsh_history',
  '.tcsh_history',
  'ConsoleHost_history.txt',
  'nushell/history.txt',
  '.psql_history',
  '.mysql_history',
  '.mariadb_history',
  '.sqlite_history',
  '.rediscli_history',
  '.dbshell',
  'mongodb/mongosh/*_repl_history',
  'mongosh_repl_history',
  '.cassandra/cqlsh_history',
  '.clickhouse-client-history',
  '.python_history',
  '.node_repl_history',
  '.irb_history',
  '.pry_history',
  '.irb-history',
  '.lesshst',
  '.php_history',
  '.julia/logs/repl_history.jl',
  '.Rhistory',
  '.scala_history',
  '.jshell_history',
  '.wget-hsts',
  '.lftp/rl_history',
  '.xonsh_history',
].filter((name) => !name.includes('*'));

export const HISTORY_FORMATS: readonly Format[] = [
  {
    id: 'file.history',
    tier: 'likely',
    at: HISTORIES,
    read: (text) => commandSecrets(bounded(text)),
  },
];
