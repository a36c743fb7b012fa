import { compileTemplate, matchTemplate, type Template } from '../rest/template.ts';

/** `aws-operations.json`: what destroys, from the service models of AWS, by service. */
export type AwsOperations = Readonly<Record<string, AwsServiceData>>;

export interface AwsServiceData {
  protocol: 'rest' | 'json' | 'query' | 'ec2' | 'smithy-rpc-v2-cbor';
  /** What its host names begin with: `api.ecr`. */
  endpoint: string;
  /** Its name in a signature. */
  signing: string;
  /** Prefix of X-Amz-Target. */
  target?: string;
  /** Names; with `rest` `NAME METHOD /path?query`. */
  operations: readonly string[];
}

export interface AwsRoute {
  operation: string;
  method: string;
  template: Template;
  query: readonly (readonly [name: string, value: string])[];
}

export class AwsService {
  readonly id: string;
  readonly rest: boolean;
  readonly destroys: ReadonlySet<string>;
  readonly #written: readonly string[];
  #routes: readonly AwsRoute[] | null = null;

  constructor(id: string, own: AwsServiceData | undefined, named: readonly string[]) {
    this.id = id;
    this.rest = own ? own.protocol === 'rest' : true;
    this.destroys = new Set(own?.operations.map((line) => line.split(' ', 1)[0] ?? ''));
    this.#written = [...(own && this.rest ? own.operations : []), ...named];
  }

  /** There are 360 services, and a session uses a few. */
  get routes(): readonly AwsRoute[] {
    this.#routes ??= this.#written.map(compileAwsRoute);
    return this.#routes;
  }
}

export interface AwsTable {
  bySigning: ReadonlyMap<string, readonly AwsService[]>;
  byEndpoint: ReadonlyMap<string, readonly AwsService[]>;
}

/** `named`: routes of operations that do not destroy, so that rules can speak of them. */
export function compileAwsTable(
  data: AwsOperations,
  named: Readonly<Record<string, readonly string[]>>,
): AwsTable {
  const bySigning = new Map<string, AwsService[]>();
  const byEndpoint = new Map<string, AwsService[]>();
  for (const id of new Set([...Object.keys(data), ...Object.keys(named)])) {
    const own = data[id];
    const service = new AwsService(id, own, named[id] ?? []);
    add(bySigning, own?.signing ?? id, service);
    add(byEndpoint, own?.endpoint ?? id, service);
  }
  return { bySigning, byEndpoint };
}

export function matchAwsRoute(
  route: AwsRoute,
  method: string,
  path: readonly string[],
  query: ReadonlyMap<string, readonly string[]>,
): Readonly<Record<string, string>> | null {
  if (route.method !== method) return null;
  const asked = route.query.every(([name, value]) => {
    const values = query.get(name);
    return values !== undefined && (value === '' || values.includes(value));
  });
  return asked ? (matchTemplate(route.template, path)?.parameters ?? null) : null;
}

function compileAwsRoute(line: string): AwsRoute {
  const [operation = '', method = '', written = '/'] = line.split(' ');
  const [path = '/', query = ''] = written.split('?');
  // Names in AWS's models hold dashes.
  const plain = path.replace(/\{([\w-]+)(\+?)\}/g, (_, name: string, plus: string) => {
    return `{${name.replaceAll('-', '_')}${plus}}`;
  });
  const template = compileTemplate(plain === '/' ? '/' : plain.replace(/\/$/, ''));
  return { operation, method, template, query: [...new URLSearchParams(query)] };
}

function add(map: Map<string, AwsService[]>, key: string, service: AwsService): void {
  const list = map.get(key);
  if (list) list.push(service);
  else map.set(key, [service]);
}
