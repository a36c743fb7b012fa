import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { architecture } from '../../kernel/architecture.ts';
import { decodePath } from '../../byte-path.ts';

const PAGE = 4096;
/** execve(2): what the kernel accepts of arguments and environment together. */
const LIMIT = 6 * 1024 * 1024;
const VARIABLES_LIMIT = 20_000;

/** What git goes by, and where it looks for settings; by their first four letters. */
const OF_GIT = new Set(['GIT_', 'HOME', 'XDG_']);
/** What tells a tool which place it works on, and holds no secret. */
const OF_PLACES = new Set([
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL'],
  ...['KUBECONFIG', 'KUBE_CONTEXT', 'HELM_KUBECONTEXT', 'HELM_NAMESPACE'],
  ...['TF_WORKSPACE', 'TF_DATA_DIR', 'PULUMI_STACK'],
  ...['CLOUDSDK_CORE_PROJECT', 'CLOUDSDK_ACTIVE_CONFIG_NAME', 'CLOUDSDK_CONFIG'],
  ...['GOOGLE_CLOUD_PROJECT', 'AZURE_DEFAULTS_GROUP'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST'],
  ...['PGHOST', 'PGPORT', 'PGDATABASE', 'PGSERVICE', 'MYSQL_HOST', 'GH_HOST', 'GH_REPO'],
]);
const BEGINNINGS = new Set([...OF_GIT, ...[...OF_PLACES].map((name) => name.slice(0, 4))]);

/**
 * The variables git and others go by that a process held in execve(2) hands on, from its memory: an agent may say there
 * which repository or which account is meant. Null where the process is not in such a call, or cannot be read.
 */
export function heldEnvironment(pid: number): Map<string, string> | null {
  try {
    const [number, ...args] = readFileSync(`/proc/${pid}/syscall`, 'latin1').trim().split(' ');
    const at = Number(number) === architecture?.execveat;
    if (!at && Number(number) !== architecture?.execve) return null;
    const vector = Number(BigInt(args[at ? 3 : 2] ?? '0'));
    const memory = openSync(`/proc/${pid}/mem`, 'r');
    try {
      return readVariables(memory, vector);
    } finally {
      closeSync(memory);
    }
  } catch {
    return null;
  }
}

function readVariables(memory: number, vector: number): Map<string, string> | null {
  const found = new Map<string, string>();
  if (vector === 0) return found;
  const pages = new Pages(memory);
  for (let n = 0; n < VARIABLES_LIMIT; n++) {
    const pointer = Number(pages.bytes(vector + n * 8, 8).readBigUInt64LE());
    if (pointer === 0) return found;
    const beginning = pages.bytes(pointer, 4).toString('latin1');
    if (!BEGINNINGS.has(beginning)) continue;
    const text = decodePath(pages.string(pointer));
    const equals = text.indexOf('=');
    // Of several of one name getenv(3) finds the first.
    const name = text.slice(0, equals);
    const told = OF_GIT.has(beginning) || OF_PLACES.has(name);
    if (equals > 0 && told && !found.has(name)) found.set(name, text.slice(equals + 1));
  }
  return null;
}

class Pages {
  readonly #memory: number;
  readonly #pages = new Map<number, Buffer>();
  #budget = LIMIT;

  constructor(memory: number) {
    this.#memory = memory;
  }

  /** Fewer at the end of what is mapped is an error but for short strings, which are filled up with NULs. */
  bytes(address: number, length: number): Buffer {
    const out = Buffer.alloc(length);
    for (let at = 0; at < length; at++) {
      const byte = this.#page(address + at, at === 0);
      if (byte === null || (byte === 0 && length === 4)) return out;
      out[at] = byte;
    }
    return out;
  }

  string(address: number): Buffer {
    const bytes: number[] = [];
    for (let at = address; ; at++) {
      const byte = this.#page(at, true);
      if (!byte) return Buffer.from(bytes);
      bytes.push(byte);
      if (--this.#budget < 0) throw new Error('longer than the kernel accepts');
    }
  }

  #page(address: number, needed: boolean): number | null {
    const start = address - (address % PAGE);
    let page = this.#pages.get(start);
    if (!page) {
      page = Buffer.alloc(PAGE);
      if (readSync(this.#memory, page, 0, PAGE, start) !== PAGE) {
        if (needed) throw new Error('unreadable memory');
        return null;
      }
      if (this.#pages.size > 2000) this.#pages.clear();
      this.#pages.set(start, page);
    }
    return page[address - start] ?? null;
  }
}
