/** Values that name the place of a secret, or are filled in later, by every notation in common use. */
const WHOLE = [
  // Shell, make, compose, Terraform, Spring, Gradle; PHP and Perl variables. `$ummer2024` is none.
  /^\$\{[^}]*\}$/,
  /^\$\(.*\)$/,
  /^`.*`$/,
  /^\$\$?(?:[A-Z_][A-Z0-9_]*|[A-Za-z_]+)$/,
  /^\$[a-z_]\w*(?:->|\[|::)/i,
  // Windows, Python, printf.
  /^%[A-Za-z_][\w.]*%$/,
  /^%(?:\(\w+\))?[sdrvqx]$/,
  /^\{\w*\}$/,
  /^<.*>$/,
  /^\[[A-Za-z][\w -]*\]$/,
  /^@@?\w+@@?$/,
  /^__\w+__$/,
  /^(?::\w+|\?)$/,
  /^-+$/,
  // CloudFormation, Ansible, GitLab, sops, jasypt, Spring Cloud Config, eyaml.
  /^!(?:Ref|Sub|GetAtt|ImportValue|vault|secret|reference|env|env_var|ENV)\b/,
  /^(?:ENC\[|ENC\(|\{cipher\}|DEC::|AgA[A-Za-z0-9+/]{200})/,
  // Stores of secrets.
  /^(?:vault|op|ssm|secretsmanager|secret|secrets|env|file|keyring|keychain|gcp|sm|awssm|azurekv|akv|kms|doppler|infisical|bws|ref|ref\+\w+|aws-ssm|gcpsm):(?:\/\/)?[\w./#:@ -]+$/i,
  /^arn:aws[\w-]*:(?:secretsmanager|ssm|kms|iam):/,
  /^projects\/[\w-]+\/secrets\//,
  // Names of code.
  /^(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|ENV|Deno\.env|Bun\.env|System\.getenv|Environment\.|config|settings|self|this|options|opts|args|params|props|req|request|ctx|context|var|local|data|module|env|secrets|inputs|steps|vars|parameters|values|github)[.[(]/,
];
/** Pieces that are filled in later, inside a value. */
const INSIDE = [
  /\$\{[^{}\s]{1,128}\}|\{\{.*\}\}|\$\{\{|#\{[^{}]{1,128}\}|<%.*%>|\{%.*%\}|\$\([A-Za-z_]/,
  /<[A-Za-z][A-Za-z _/-]{1,64}>|\[(?:YOUR|your|INSERT|insert)[\w -]{1,64}\]/,
  /%\(\w{1,64}\)s|(?<![\w%])%[sdv](?!\w)/,
  /\*{3}|\.{3}|\u2026|\xe2\x80\xa6|[•●█]{2}|(?:\xe2\x80\xa2){2}/,
];

export function isReference(value: string): boolean {
  return WHOLE.some((shape) => shape.test(value)) || INSIDE.some((shape) => shape.test(value));
}
