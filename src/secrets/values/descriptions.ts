import type { RuleDescription } from '../rules/catalog.ts';

const CHANGE = 'Change it where it was set, and everywhere else it is used.';

/** What there is to say of the kinds that are known here, by rule. */
export const DESCRIPTIONS: Record<string, RuleDescription> = {
  'password.assignment': {
    description: 'A password under a name that says so',
    power: 'what the account it belongs to may do',
    revoke: CHANGE,
  },
  'secret.assignment': {
    description: 'A secret, token or key under a name that says so',
    power: 'what whoever issued it lets its bearer do',
    revoke: 'Revoke it where it was issued and issue another.',
  },
  'connection.password': {
    description: 'A password or key in a connection string',
    power: 'the database or service of the connection string',
    revoke: CHANGE,
  },
  'command.password': {
    description: 'A password given to a command as an argument',
    power: 'what the account it belongs to may do',
    revoke: CHANGE,
  },
  'call.password': {
    description: 'A password given to a function that logs in',
    power: 'what the account it belongs to may do',
    revoke: CHANGE,
  },
  'sql.password': {
    description: 'The password of a database user, in SQL',
    power: 'what that database user may do',
    revoke: 'ALTER USER … with another password, on every server the statement ran on.',
  },
  'url.credentials': {
    description: 'A user and password, or a token, in a URL',
    power: 'the server of the URL, as that user',
    revoke: CHANGE,
  },
  'url.parameter': {
    description: 'A token, key or signature in the query of a URL',
    power: 'what the URL gives, without more proof',
    revoke: 'Revoke the token or the key it was signed with.',
  },
  'http.basic': {
    description: 'A user and password of HTTP basic authentication',
    power: 'the server it is sent to, as that user',
    revoke: CHANGE,
  },
  'http.bearer': {
    description: 'A bearer token of HTTP',
    power: 'whoever has it is taken for whom it was issued to',
    revoke: 'Revoke it where it was issued; end the session it belongs to.',
  },
  'http.header': {
    description: 'A key in a header of HTTP',
    power: 'what whoever issued it lets its bearer do',
    revoke: 'Revoke it where it was issued and issue another.',
  },
  'http.cookie': {
    description: 'The cookie of a session',
    power: 'the session of whoever is logged in',
    revoke: 'Log that session out on the server.',
  },
  'npmrc.auth': {
    description: 'A credential of a package registry',
    power: 'reading and perhaps publishing packages',
    revoke: 'npm token revoke, or the page for tokens of that registry.',
  },
  'key.pem': {
    description: 'A private key',
    power: 'whatever its public key is trusted with',
    revoke:
      'Make a new pair; take the public key out of where it is trusted, revoke its certificates.',
  },
  'key.putty': {
    description: 'A private key of PuTTY',
    power: 'logging in wherever its public key is trusted',
    revoke: 'Make a new pair; take the public key out of every authorized_keys.',
  },
  'key.der': {
    description: 'A private key without its frame, as base64 of DER',
    power: 'whatever its public key is trusted with',
    revoke:
      'Make a new pair; take the public key out of where it is trusted, revoke its certificates.',
  },
  'key.ethereum': {
    description: 'The private key of an account of Ethereum or its kin',
    power: 'everything the account owns, without a way back',
    revoke: 'Move what the account owns to a new one; the old key stays good for ever.',
  },
  'key.age': {
    description: 'A secret key of age',
    power: 'decrypting what was encrypted to it',
    revoke: 'Make a new key and encrypt again; what was copied stays readable with the old one.',
  },
  'key.jwk': {
    description: 'A private key as JSON (JWK)',
    power: 'whatever its public key is trusted with',
    revoke: 'Take the key out of the published set and make another.',
  },
  'jwt.token': {
    description: 'A signed token (JWT)',
    power: 'whoever has it is taken for its subject until it expires',
    revoke: 'End the session it belongs to, or change the key it is signed with.',
  },
  'kubernetes.secret': {
    description: 'A value of a Kubernetes Secret',
    power: 'what the workloads that mount it use it for',
    revoke: CHANGE,
  },
  'password.hash': {
    description: 'The hash of a password',
    power: 'a weak password can be guessed from it',
    revoke: 'Change the password if it was short or used elsewhere.',
  },
};
