import { posix } from 'node:path';
import type { ExecRequest } from '../types.ts';
import type { Place } from '../rules/pack.ts';

/** Folders of the system, home folders of everyone included: hier(7). */
const SYSTEM =
  /^\/(?:bin|boot|dev|etc|home|lib(?:32|64|x32|exec)?|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var|nix|snap)(?:\/|$)/;
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

/** Where a path operand points, judged by text alone. */
export function locate(operand: string, request: ExecRequest): OperandFacts {
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

function below(path: string, folder: string): boolean {
  return path.length > folder.length && path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
