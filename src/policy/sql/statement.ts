import { readAlter, readCreate } from './alter.ts';
import { isDataFile, readCopy } from './copy.ts';
import { finding, isMark, isWord, strictest, type Context, type Finding } from './finding.ts';
import { functionFindings } from './functions.ts';
import type { SqlToken } from './lexer.ts';
import { readMeta } from './meta.ts';
import { readCall } from './call.ts';
import { readBody, readExplain, readPrepare, within } from './opaque.ts';
import { readSet } from './settings.ts';
import { isRoutine } from './split.ts';
import { targetAt } from './target.ts';
import { isWrite, nestedWrites, readDrop, readTruncate, readWith, readWrite } from './writes.ts';

const words = (text: string) => new Set(text.split(/\s+/));
const READ = words(
  `SELECT VALUES TABLE SHOW FETCH MOVE CLOSE DECLARE BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE LISTEN UNLISTEN
   DEALLOCATE DISCARD RESET HELP LIST EXISTS CHECK CHECKSUM FROM HANDLER WATCH`,
);
const CHANGE = words(
  `ANALYZE ANALYSE VACUUM REINDEX CLUSTER REFRESH LOCK UNLOCK NOTIFY CHECKPOINT IMPORT COMMENT RENAME EXCHANGE UNDROP OPTIMIZE
   REPAIR FLUSH DETACH BULK XA UNSET STOP ADD`,
);
/** Steps of a procedure that do nothing by themselves. */
const CONTROL = words(
  `IF ELSE ELSEIF ELSIF WHILE FOR LOOP RETURN RETURNS PRINT RAISE RAISERROR WAITFOR GOTO BREAK CONTINUE LEAVE ITERATE LET
   CASE WHEN THEN REPEAT UNTIL EXCEPTION TRY CATCH THROW PERFORM EXIT FOREACH ASSERT NULL OPEN SIGNAL GET`,
);

/** What a statement does. Never throws. */
export function classify(tokens: readonly SqlToken[], context: Context): Finding {
  const head = readHead(tokens, context);
  const found: [Finding, ...Finding[]] = [head];
  for (const other of nestedWrites(tokens, context.reading)) found.push(other);
  for (const other of functionFindings(tokens, context.reading)) found.push(other);
  return strictest(found);
}

function readHead(tokens: readonly SqlToken[], context: Context): Finding {
  const { reading } = context;
  const first = tokens[0];
  if (!first) return finding('read', 'SQL');
  if (first.kind === 'meta') return readMeta(first.text, tokens.slice(1), context);
  if (first.kind === 'broken') return finding('unknown', 'SQL', null, first.text);
  if (isMark(first, '(')) return within(tokens, context);
  if (first.kind !== 'word') return unclear(context, 'SQL');
  const verb = first.text.slice(0, 40);
  const second = tokens[1];
  switch (verb) {
    case 'DROP':
      return readDrop(tokens);
    case 'TRUNCATE':
      return readTruncate(tokens);
    case 'DELETE':
    case 'UPDATE':
    case 'INSERT':
    case 'MERGE':
    case 'UPSERT':
    case 'REPLACE':
      return readWrite(tokens, 0, reading);
    case 'WITH':
      return readWith(tokens, reading);
    case 'SELECT':
      return readSelect(tokens);
    case 'EXPLAIN':
      return readExplain(tokens, context);
    case 'DESCRIBE':
    case 'DESC':
      return reading.family === 'mysql' ? readExplain(tokens, context) : finding('read', verb);
    case 'ANALYZE':
      return isWrite(tokens, 1) || isWord(second, 'FORMAT', 'SELECT', 'WITH')
        ? readExplain(tokens, context)
        : finding('change', verb, targetAt(tokens, 1));
    case 'ALTER':
      return isRoutine(tokens)
        ? readBody(tokens, readAlter(tokens, reading), context)
        : readAlter(tokens, reading);
    case 'CREATE':
      return readCreation(tokens, context);
    case 'DO':
      // MySQL's DO only evaluates; a loop's DO begins what was cut off behind it.
      if (context.body && tokens.length === 1) return finding('read', verb);
      return readBody(tokens, finding('unknown', 'DO', null, 'it is a program'), context);
    case 'PREPARE':
      return readPrepare(tokens, context);
    case 'EXECUTE':
    case 'EXEC':
    case 'CALL':
      return readCall(tokens, verb, context);
    case 'SET':
      return readSet(tokens);
    case 'COPY':
    case 'LOAD':
    case 'UNLOAD':
    case 'EXPORT':
    case 'PUT':
    case 'GET':
      return readCopy(tokens, verb);
    case 'GRANT':
    case 'REVOKE':
    case 'DENY':
      return finding('access', verb, rightsOn(tokens));
    case 'REASSIGN':
      return finding('access', 'REASSIGN OWNED');
    case 'SECURITY':
    case 'INSTALL':
    case 'UNINSTALL':
    case 'CHANGE':
      return finding('access', verb);
    case 'USE':
      return isWord(second, 'ROLE', 'SECONDARY')
        ? finding('access', 'USE ROLE')
        : finding('read', verb, targetAt(tokens, 1));
    case 'RESET':
      return isWord(second, 'MASTER', 'REPLICA', 'SLAVE', 'BINARY', 'QUERY', 'PERSIST')
        ? finding('destroy', `RESET ${second?.text}`)
        : finding('read', verb);
    case 'PURGE':
      return finding('destroy', 'PURGE');
    case 'SHUTDOWN':
    case 'RESTART':
      return finding('destroy', verb, null, 'it ends the server and all sessions of it');
    case 'KILL':
      return finding(
        'destroy',
        verb,
        null,
        'it ends other sessions and what they have not committed',
      );
    case 'SYSTEM':
      return isWord(second, 'SHUTDOWN', 'KILL') ||
        (isWord(second, 'DROP') && isWord(tokens[2], 'REPLICA', 'DATABASE'))
        ? finding('destroy', `SYSTEM ${second?.text}`)
        : finding('unknown', 'SYSTEM');
    case 'REMOVE':
    case 'RM':
      return reading.family === 'snowflake'
        ? finding('destroy', 'REMOVE', null, 'staged files are deleted')
        : unclear(context, verb);
    case 'BACKUP':
      return finding('access', verb, targetAt(tokens, 2), 'data leaves the database');
    case 'RESTORE':
      return finding('destroy', verb, targetAt(tokens, 2), 'what is there is replaced');
    case 'ATTACH':
      return finding('access', verb, null, 'it opens another database');
    case 'PRAGMA':
      return readPragma(tokens);
    case 'VACUUM':
      if (tokens.some((token) => isWord(token, 'INTO')))
        return finding('access', 'VACUUM INTO', null, 'it writes a file');
      return finding('change', isWord(second, 'FULL') ? 'VACUUM FULL' : verb);
    case 'COMMIT':
    case 'ROLLBACK':
      return isWord(second, 'PREPARED')
        ? finding('change', `${verb} PREPARED`)
        : finding('read', verb);
    case 'START':
    case 'STOP':
      return isWord(second, 'TRANSACTION') ? finding('read', verb) : finding('change', verb);
    default:
  }
  if (READ.has(verb)) return finding('read', verb, verb === 'TABLE' ? targetAt(tokens, 1) : null);
  if (CHANGE.has(verb)) return finding('change', verb, targetAt(tokens, 1));
  return unclear(context, verb);
}

/** In a procedure it is control flow, an assignment or what was cut off before a verb. */
function unclear(context: Context, verb: string): Finding {
  if (context.body || (context.reading.adjacent && CONTROL.has(verb))) return finding('read', verb);
  return finding('unknown', verb, null, 'guard does not know this statement');
}

function readSelect(tokens: readonly SqlToken[]): Finding {
  const into = tokens.findIndex((token) => isWord(token, 'INTO'));
  const after = tokens[into + 1];
  if (into < 0) return finding('read', 'SELECT');
  if (isWord(after, 'OUTFILE', 'DUMPFILE'))
    return {
      ...finding('destroy', 'SELECT INTO OUTFILE', null, 'it writes a file of the database server'),
      ...(isDataFile(tokens[into + 2]) ? {} : { kinds: ['program'] }),
    };
  if (after?.kind === 'parameter') return finding('read', 'SELECT');
  return finding('change', 'SELECT INTO', targetAt(tokens, into + 1));
}

function readCreation(tokens: readonly SqlToken[], context: Context): Finding {
  const created = readCreate(tokens);
  if (isRoutine(tokens)) return readBody(tokens, created, context);
  const as = tokens.findIndex(
    (token, index) => isWord(token, 'AS') && isWord(tokens[index + 1], 'EXECUTE'),
  );
  return as < 0 ? created : strictest([created, within(tokens.slice(as + 1), context)]);
}

function rightsOn(tokens: readonly SqlToken[]): string | null {
  const on = tokens.findIndex((token) => isWord(token, 'ON'));
  if (on < 0) return null;
  return targetAt(
    tokens,
    isWord(tokens[on + 1], 'TABLE', 'SCHEMA', 'DATABASE', 'FUNCTION') ? on + 2 : on + 1,
  );
}

function readPragma(tokens: readonly SqlToken[]): Finding {
  const name = targetAt(tokens, 1);
  if (tokens.some(({ kind, text }) => kind !== 'mark' && /^writable_schema$/i.test(text)))
    return finding('destroy', 'PRAGMA', name, 'the schema itself becomes writable');
  return finding(tokens.some((token) => isMark(token, '=')) ? 'change' : 'read', 'PRAGMA', name);
}
