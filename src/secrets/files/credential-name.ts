/** Ends of names, without anything but their letters, whose value is itself a credential. */
const ENDS =
  /(?:password|passwd|passphrase|passcode|passwort|pwd|secret|token|credentials?|jwt|apikey|secretkey|privatekey|accesskey|authkey|accountkey|sharedkey|presharedkey|encryptionkey|encryptkey|cryptkey|signingkey|signaturekey|masterkey|adminkey|deploykey|servicekey|servicerolekey|sessionkey|hashkey|storagekey|appkey|applicationkey|consumerkey|licensekey|licencekey|secretid|secretkeybase|connectionstring|bearer|pepper|salt)$/;
/** Whole words at the end. */
const LAST_WORD = /(?:^|[^a-z])(?:pass|psk|pat|pw|cookie)$/;
/** What looks like one and tells nothing: protection against forged forms, paging, limits, kinds and places of secrets. */
const NONE =
  /(?:^|[^a-z])(?:csrf|xsrf|next|page|continuation|max|min|num|count|total|cancel|sync|design|separator|public|publishable|end|start|pad|eos|bos|unk|mask|no|use|require|has|is|enable|disable|reset|forgot|change|old|show|hide|save|remember)_?(?:api_?key|tokens?|key|password|passwd|pass|salt|secret)$/;

/** Is the value of a setting of this name a credential: `db_password`, `clientSecret`, `spring.datasource.password`? */
export function isCredentialName(name: string): boolean {
  const words = name
    .slice(-160)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z]*(?:_\d+|\d+|prod|production|staging|live)?[^a-z]*$/, '');
  if (NONE.test(words)) return false;
  return ENDS.test(words.replace(/[^a-z]/g, '')) || LAST_WORD.test(words);
}
