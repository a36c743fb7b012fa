import { posix } from 'node:path';
import { UNRESOLVED, type ExecRequest } from '../types.ts';
import type { Place } from '../rules/pack.ts';

/** Folders of the system, home folders of everyone included: hier(7). */
const SYSTEM =
  /^\/(?:bin|boot|dev|etc|home|lib(?:32|64|x32|exec)?|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var|nix|snap)(?:\/|$)/;
/** rsync(1), scp(1): a colon before any slash; and URLs. */
const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:[^/@:]+@)?[^/@:]+:)/i;
const MOUNT = /^\/(?:mnt|media|Volumes)(?:\/|$)|^\/run\/media\//;
/** Private to the session, and gone with it. */
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm)\/./;
/** Devices that hold nothing: null(4), full(4), random(4), tty(4). */
const STREAMS = /^\/dev\/(?:null|zero|full|u?random|tty|stdin|stdout|stderr|fd\/.*|shm\/.*)$/;

export interface OperandFacts {
  /** Absolute and without `.` and `..`; links are not followed, for nothing is read. */
  path: string;
  places: Set<Place>;
  /** Components below the repository; empty elsewhere. */
  components: string[];
}

/** A pattern of the shell that stands for all that is in a folder, where no shell has replaced it. */
const EVERYTHING = /^(?:\.?\*+|\.\[!?\.\]\*|\{(?:\.?\*,?)+\})$/;
const PRODUCTION = new Set(['prod', 'production', 'prd', 'live']);

/** Whether a name says that it is production: `prod-db`, `eu/production`. */
export function isProduction(name: string): boolean {
  return (
    name.length < 4096 &&
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .some((part) => PRODUCTION.has(part))
  );
}

/** Where a path operand points, judged by text alone. */
export function locate(operand: string, request: ExecRequest): OperandFacts {
  const facts = locateText(operand, request);
  if (operand.includes(UNRESOLVED)) addUnknown(facts, operand, request);
  const slash = operand.lastIndexOf('/');
  if (EVERYTHING.test(operand.slice(slash + 1))) {
    const folder = locateText(slash < 0 ? '.' : operand.slice(0, slash) || '/', request);
    for (const place of folder.places) if (place !== 'repository') facts.places.add(place);
  }
  if (REMOTE.test(operand)) facts.places.add('remote');
  if (MOUNT.test(facts.path)) facts.places.add('mount');
  if (isProduction(operand)) facts.places.add('production');
  if (request.ignored?.includes(facts.path)) facts.places.add('ignored');
  return facts;
}

/** A part that is not known may be anything; behind a folder it may also be nothing, and then the folder itself is meant. */
function addUnknown(facts: OperandFacts, operand: string, request: ExecRequest): void {
  const known = operand.slice(0, operand.indexOf(UNRESOLVED));
  const folder = known.slice(0, known.lastIndexOf('/') + 1);
  if (folder === '' || folder === '/' || operand.includes(`..`)) {
    facts.places.add('unknown');
    return;
  }
  if (known !== folder || facts.places.has('temporary')) return;
  for (const place of locateText(folder, request).places) facts.places.add(place);
}

function locateText(operand: string, request: ExecRequest): OperandFacts {
  const path = clean(operand.startsWith('/') ? operand : `${request.cwd}/${operand}`);
  const repository = clean(request.repository || '/nowhere');
  const home = clean(request.home || '/nowhere');
  const places = new Set<Place>();
  const components = below(path, repository)
    ? path
        .slice(repository.length)
        .split('/')
        .filter((part) => part !== '')
    : [];

  if (path === '/') places.add('root');
  if (path === home) places.add('home');
  if (path === repository) places.add('repository');
  if (below(repository, path) || below(home, path)) places.add('above');
  if (components.length) places.add('inside');
  if (components.includes('.git') || path.endsWith('/.git')) places.add('git');
  // A home folder or a repository below /tmp is the user's, not the session's.
  const granted = [home, repository].some((folder) => path === folder || below(path, folder));
  const temporary = TEMPORARY.test(path) && !granted;
  if (temporary) places.add('temporary');
  const stream = STREAMS.test(path);
  if (path.startsWith('/dev/') && !stream) places.add('device');
  const own = components.length > 0 || path === repository || temporary || stream;
  if (!own && !below(path, home) && path !== home && SYSTEM.test(path)) places.add('system');
  if (!own) places.add('outside');
  return { path, places, components };
}

/** `~` as programs mean it where they resolve it themselves. */
export function underHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}

function below(path: string, folder: string): boolean {
  return path.length > folder.length && path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
