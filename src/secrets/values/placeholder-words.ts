/** Words people put where a secret belongs. A value that is made of nothing else is no secret. */
const FILLERS = new Set(
  `a an and any are as at be by can do does example examples for from get goes has have here if in insert is it
  its me my name no not of on one or our own please put real some that the then there this to type up us use using want
  when will with you your yours
  access account acme actual add admin another anything api apikey app application auth authentication authorization
  azure aws bar base baz basic bearer blank block bot broken built certificate change changed changeit changeme cipher
  client code common config configure copy correct create credential credentials custom data database db default define
  demo describe dev development different digest dummy edit email empty encoded encrypted encryption enter env
  environment existing expired fake field file fill fixme foo foobar foobaz fubar gateway generate generated git github
  gitlab google hash header hello hidden host id incorrect input insecure instance integration internal invalid
  issued item jenkins jwt key keys label local login long lorem ipsum mask masked master me missing mock mocked my
  mysecret new nil nobody none nonexistent nothing null oauth obtained old openai other output paste parameter pass
  passcode passphrase passwd password passwords passwort personal placeholder plain private prod production profile
  project prompt property provide provided proxy public pwd quux qux random real redacted ref refresh remote removed
  replace replaced repo repository required reset root safe same sample sandbox sauce secret secretkey secrets secure
  security see server service session set setting shared shh sign signature signing site slack smtp snip somebody someone something
  specify ssh stage staging storage store string strong stub stubbed super superb supersecret svc system tbd temp
  template temporary test tested tester testing tests text todo token tokens top totally tmp unknown unsafe unset
  unused update upload uri url user username users valid value values variable vault very web webhook website weak
  whatever world wrong xxx xyz yyy zzz`.split(/\s+/),
);

/** Words that mark what they stand in, whatever else it holds, where they stand as a word of their own. */
const MARKS =
  /(?:^|[^a-z])(?:your|fake|dummy|mock|mocked|sample|demo|placeholder|redacted|masked|removed|hidden|snipped|changeme|todo|fixme|notreal|not[_ -]real|insert|replace)(?=[^a-z]|$)/i;
/** Words that mark it anywhere: no random value of some length holds them. */
const STRONG_MARKS =
  /example|change[_ -]?(?:me|it|this)|place[_ -]?holder|dummy|foo[_-]?bar|redacted|your[_-]|[_-]your|replace[_-]?(?:me|with|this)|put[_-]?your|lorem|nopassword|anonymous/i;

/** Passwords so common that they say nothing about whom they are from. */
const COMMON = new Set(
  `admin administrator alpine blank bitnami elastic elasticsearch grafana guest iloveyou kafka letmein mariadb master minio
  minioadmin mongo mongodb monkey mysql nginx nobody opensesame operator oracle pass pi postgres postgresql qwerty
  rabbitmq raspberry redis root rootroot sa super superuser swordfish system toor ubuntu user vagrant welcome zabbix`.split(
    /\s+/,
  ),
);

const LONGEST_WORD = 16;
/** Longer values made of words alone are sentences, which are not judged here. */
const LONGEST = 96;

/** `your-api-key-here`, `mySecretPassword`: nothing but words of this kind, whatever stands between them? */
export function onlyFillers(value: string): boolean {
  if (value.length > LONGEST) return false;
  const pieces = value
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  return pieces.length > 0 && pieces.every(madeOfFillers);
}

export function holdsMark(value: string): boolean {
  return MARKS.test(value.replace(/([a-z])([A-Z])/g, '$1_$2')) || STRONG_MARKS.test(value);
}

export function isCommonPassword(word: string): boolean {
  return COMMON.has(word.toLowerCase());
}

/** Can letters be cut into fillers without rest? Each place is reached once, so it is linear in their number. */
function madeOfFillers(letters: string): boolean {
  const reached = new Uint8Array(letters.length + 1);
  reached[0] = 1;
  for (let at = 0; at < letters.length; at++) {
    if (!reached[at]) continue;
    const longest = Math.min(LONGEST_WORD, letters.length - at);
    for (let length = 1; length <= longest; length++)
      if (FILLERS.has(letters.slice(at, at + length))) reached[at + length] = 1;
  }
  return reached[letters.length] === 1;
}
