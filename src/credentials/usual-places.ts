import { tokenLike } from '../secrets/token-like.ts';

/** Words that make the last part of a header's name a credential's, as in `x-api-key`, `private-token`, `dd-api-key`. */
const HEADER =
  /(?:^|[-_])(?:api-?key|auth-?key|access-?key|app(?:lication)?-?key|service-?key|functions-key|subscription-key|private-?key|secret-?key|master-key|team-key|project-key|key-secret|[a-z]*token|[a-z]*secret|password|passwd|credentials?|auth|authorization|jwt|bearer|apikey|authkey)$/;
/** Names that end so and carry none: protection against forged forms, paging, and the handshake of WebSocket. */
const HEADER_NOT =
  /csrf|xsrf|idempotency|pagina|next|continuation|page|cursor|sync|surrogate|sec-websocket-key|request-token|client-token|content-token/;

/** Names of query parameters and form fields. */
const FIELD =
  /^(?:(?:x-)?(?:amz|goog)-(?:signature|credential|security-token)|access_?token|auth(?:_?token|orization)?|api[-_]?(?:key|token)|apikey|app_?key|private_?token|job_token|id_token|oauth_(?:token|signature)|refresh_token|client_(?:secret|assertion)|subscription-key|sig|signature|awsaccesskeyid|password|passwd|pass|pwd|secret|jwt|bearer|sas)$/i;
/** These have other uses: only with a value that looks random. */
const FIELD_PERHAPS = /^(?:key|token|session|sessionid|sid)$/i;
/** In a form these are what is talked about, a new password mostly, not the right to talk. */
const FORM_NOT = /^(?:pass|passwd|password|pwd|secret|key|session|sessionid|sid)$/i;

/** Cookies that a network in front of a service sets for everybody, and those against forged forms. */
const COOKIE_NOT =
  /^(?:__cf|_cf|cf_|__cflb|awsalb|arraffinity|akaalb|bm_|ak_|_ga|_gid|_octo$|tz$|incap_|visid_|nlbi_|datadome$|__stripe_mid$|__stripe_sid$)|csrf|xsrf/i;
const COOKIE = /sess|auth|token|jwt|login|user|sid$|^d$|secret|key/i;

/** Does a header of this name (lower case) carry a credential? */
export function isCredentialHeader(name: string): boolean {
  return HEADER.test(name) && !HEADER_NOT.test(name);
}

export function isCredentialField(name: string, value: string): boolean {
  return FIELD.test(name) || (FIELD_PERHAPS.test(name) && tokenLike(value));
}

export function isCredentialFormField(name: string, value: string): boolean {
  return !FORM_NOT.test(name) && isCredentialField(name, value);
}

/** At a provider's host a browser's session is a credential like any other. */
export function isSessionCookie(name: string, value: string): boolean {
  return !COOKIE_NOT.test(name) && (COOKIE.test(name) || tokenLike(value));
}
