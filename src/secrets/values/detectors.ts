import type { Detector } from '../engine/detector.ts';
import { ASSIGNMENT_DETECTORS } from './assignments.ts';
import { DER_KEY, ETHEREUM_KEY } from './bare-keys.ts';
import { CALL_PASSWORD, SQL_PASSWORD } from './calls.ts';
import { COMMAND_DETECTORS } from './commands.ts';
import { CONNECTION_STRING } from './connection-strings.ts';
import { FORM_FIELD } from './form-fields.ts';
import { HTTP_DETECTORS } from './http-auth.ts';
import { SQL_INSERT } from './inserts.ts';
import { JSON_WEB_TOKEN } from './json-web-tokens.ts';
import { KUBERNETES_SECRET } from './kubernetes.ts';
import { PASSWORD_HASH } from './password-hashes.ts';
import { PHRASE_PASSWORD } from './phrases.ts';
import { KEY_DETECTORS } from './private-keys.ts';
import { TOLD_PASSWORD } from './prose.ts';
import { TABLE_PASSWORD } from './tables.ts';
import { URL_CREDENTIALS, URL_PARAMETER } from './url-credentials.ts';

/** Secrets that are known by what stands around them, whoever handed them out. */
export const VALUE_DETECTORS: readonly Detector[] = [
  ...KEY_DETECTORS,
  DER_KEY,
  ETHEREUM_KEY,
  JSON_WEB_TOKEN,
  URL_CREDENTIALS,
  URL_PARAMETER,
  ...HTTP_DETECTORS,
  CONNECTION_STRING,
  ...ASSIGNMENT_DETECTORS,
  ...COMMAND_DETECTORS,
  CALL_PASSWORD,
  SQL_PASSWORD,
  SQL_INSERT,
  FORM_FIELD,
  PHRASE_PASSWORD,
  TOLD_PASSWORD,
  TABLE_PASSWORD,
  KUBERNETES_SECRET,
  PASSWORD_HASH,
];
