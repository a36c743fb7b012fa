import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Draws, find } from './find.ts';

const draws = new Draws(77);
const WORD = `Falcon_${draws.below(90) + 10}!x`;
const PAIR = 'Autumn@River7';
const DRAWN = `${draws.token(17)}4kQ`;

/** File, and text in which `§` stands for the password. */
const NOTATIONS: readonly [string, string][] = [
  ['load.sh', 'sqlplus app/§@db.prod:1521/ORCL @init.sql'],
  ['load.sh', 'impdp system/§ directory=DUMP'],
  ['load.sh', 'lftp -u reports,§ ftp.acme.io'],
  ['load.sh', "openssl enc -aes-256-cbc -k '§' -in a -out b"],
  ['load.sh', 'zip -P § out.zip a.csv'],
  ['load.sh', 'redis-cli -h cache -a § ping'],
  ['load.sh', 'ldapsearch -x -D "cn=admin,dc=x" -w § -b dc=x'],
  ['load.sh', `expect -c 'spawn ssh x; expect "password:"; send "§\\r"'`],
  ['load.sh', 'mount -t cifs //nas/data /mnt -o username=app,password=§'],
  ['load.sh', 'rabbitmqctl add_user app §'],
  ['a.ps1', 'net use Z: \\\\nas\\share /user:app §'],
  ['a.bat', 'net user app § /add'],
  ['ks.cfg', 'rootpw --plaintext §'],
  ['preseed.cfg', 'd-i passwd/root-password password §'],
  ['unattend.xml', '<Password>\n  <Value>§</Value>\n</Password>'],
  [
    'plan.jmx',
    '<stringProp name="Argument.name">password</stringProp>\n<stringProp name="Argument.value">§</stringProp>',
  ],
  ['router.cfg', 'hostname r1\nenable password §\n'],
  ['router.cfg', 'username app privilege 15 password 0 §\n'],
  ['router.cfg', 'snmp-server community § RO\n'],
  ['a.sql', "EXEC sp_addlinkedsrvlogin 'srv', 'false', NULL, 'app', '§';"],
  ['a.sql', "INSERT INTO users (id, email, password, at) VALUES (1, 'it''s', '§', now());"],
  ['a.ts', "await page.fill('#password', '§');"],
  ['a.ts', "await page.getByLabel('Password').fill('§');"],
  ['a.py', 'driver.find_element(By.ID, "password").send_keys("§")'],
  ['a.rb', "fill_in 'Password', with: '§'"],
  ['a.ts', "cy.request('POST', '/login', { username: 'app', password: '§' });"],
  ['bind.go', 'return c.Bind("cn=app,dc=x", "§")'],
  ['init.lua', 'local ok = red:auth("§")'],
  ['Jobs.scala', '.option("user", "app").option("password", "§").load()'],
  ['Config.kt', 'val c = PasswordAuthentication("app", "§".toCharArray())'],
  ['app.js', "app.use(session({ resave: false, secret: '§' }));"],
  ['context.xml', '<Resource name="jdbc/x" username="app" password="§" url="jdbc:x"/>'],
  ['vm.bicep', "param adminPassword string = '§'"],
  ['Login.swift', 'let password = "§"'],
  ['fetch.m', "password = '§';"],
  ['fetch.pl', "my $passwd = '§';"],
  ['repo.ex', 'password: "§",'],
  ['pgsql.hs', 'connectPassword = "§"'],
  ['notes.txt', '- Jenkins (user `app`, password `§`)'],
  ['notes.txt', 'Staging login: app@acme.io / §\n'],
  ['notes.txt', 'with user root and password "§".'],
  ['notes.txt', 'the password is § by now'],
  ['install.log', 'A temporary password is generated for root@localhost: §\n'],
  ['passwords.csv', 'name,url,username,password\nwiki,https://w.io,app,§\n'],
  [
    'Servers.rst',
    '==== ==== ==================\nhost user password\n==== ==== ==================\n',
  ],
  ['Servers.md', '| host | user | password |\n|---|---|---|\n| web | app | §|\n'],
].filter(([, text]) => text?.includes('§')) as [string, string][];

describe('passwords in the notations of commands, settings, calls and notes', () => {
  it.each(NOTATIONS)('%s: %s', (path, text) => {
    for (const password of [WORD, PAIR, DRAWN]) {
      // Oracle's tools end a password at `@`.
      if (password.includes('@') && text.startsWith('sqlplus')) continue;
      const found = find(
        path,
        text.replace('§', () => password),
      );
      if (password !== PAIR)
        expect(found.map((one) => [one.tier, one.text])).toEqual([['likely', password]]);
      else if (found.length > 0) expect(found[0]?.text).toBe(password);
    }
  });

  it('are found in a simple table of reStructuredText by their column', () => {
    const line = '======== ======== ====================';
    const rows = [`web-1    root     ${WORD}`, `web-2    deploy   ${DRAWN}`];
    const text = [line, 'host     user     password', line, ...rows, line, '', `a b ${WORD}`].join(
      '\n',
    );
    expect(find('wiki/Servers.rst', text).map((one) => one.text)).toEqual([WORD, DRAWN]);
  });

  it('are two words, a sign and a digit as well', () => {
    for (const [path, text] of [
      ['a.sh', `DB_PASS='${PAIR}'`],
      ['main.go', 'const dbPassword = "Autumn.River7"'],
    ] as const)
      expect(find(path, text).map(({ tier }) => tier)).toEqual(['likely']);
  });
});

/** Of these nothing, not even weak. */
const NOTHING: readonly [string, string][] = [
  ['App.csproj', '<Reference Include="X, PublicKeyToken=9b87ae689a087e09" />'],
  [
    'a.js',
    "Sentry.init({ dsn: 'https://69199f91a527436f967fdcf2c92b6dd6@o499221.ingest.sentry.io/12' })",
  ],
  ['a.js', "options: { contentApiKey: '652a3e1eb650a077e56f563fe5' }"],
  ['a.sql', "INSERT INTO users (id, password) VALUES (1, '5f4dcc3b5aa765d61d8327deb882cf99');"],
  [
    'a.sql',
    "INSERT INTO users (id, password) VALUES (1, '$2b$12$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx');",
  ],
  ['a.sql', 'INSERT INTO t (a, password) SELECT a, b1x2c3d4 FROM u'],
  ['a.js', "$('#x').bind('click', 'handler12');"],
  ['a.js', "await page.fill('#city', 'Falcon_88!');"],
  ['a.sh', 'openssl s_client -connect h:1 -k Falcon_88'],
  ['a.sh', 'send "ls_2024\\r"'],
  ['router.cfg', 'snmp-server community public RO\n'],
  ['pi.txt', '|netrw-a| password |netrw-b|\n|netrw-c9x8 password |netrw-d8x9|\n'],
  ['a.csv', 'name,password_changed\nx,20240131T12\n'],
  ['a.csv', 'a1,login,x\nb2,password,y\nc3,Falcon_88x,z\n'],
  ['notes.txt', 'The login: page / section2\n'],
  ['a.js', "const TX = '0xdd90893edf53a05409c0dd4829da290f552f9be01461c1ea98a44f1fac78e765';"],
  [
    'hardhat.config.js',
    `accounts: ['0x${'ac0974bec39a17e36ba4a6b4d238ff94'}4bacb478cbed5efcae784d7bf4f2ff80']`,
  ],
];

describe('what only looks alike', () => {
  it.each(NOTHING)('%s: %s', (path, text) => {
    expect(find(path, text)).toEqual([]);
  });
});

describe('keys without a frame', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const der = (type: 'pkcs8' | 'pkcs1'): string =>
    rsa.export({ type, format: 'der' }).toString('base64');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const ed = generateKeyPairSync('ed25519');
  const keys = [
    der('pkcs8'),
    der('pkcs1'),
    ec.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    ec.export({ type: 'sec1', format: 'der' }).toString('base64'),
    ed.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  ];
  it.each(keys.map((key, i) => [i, key] as const))('%i is found whole', (_, key) => {
    for (const path of ['src/Keys.java', 'test/saml.php'])
      expect(find(path, `key = "${key}";`)).toMatchObject([
        { rule: 'key.der', tier: 'certain', text: key },
      ]);
  });
  it('are found wrapped', () => {
    const [first = '', ...rest] = der('pkcs8').match(/.{1,64}/g) ?? [];
    const text = `K = "${first}\\n" +\n${rest.map((line) => `  "${line}\\n"`).join(' +\n')};`;
    const [found] = find('a.java', text);
    expect(found?.text.startsWith(first)).toBe(true);
    expect(found?.text.replace(/\\n| \+|[^\w+/=]/g, '')).toBe(der('pkcs8'));
  });
  it('end where their DER does, whatever goes on behind it', () => {
    // 48 bytes: base64 without padding.
    const key = ed.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    const wrapped = `${key.slice(0, 32)}" +\n  "${key.slice(32)}`;
    for (const written of [key, wrapped])
      expect(find('a.js', `load("${written}", "abcdef", other)`)[0]?.text).toBe(written);
  });
  it('are no public keys', () => {
    const spki = ed.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(
      find('a.java', `publicKey = "${spki}"`).filter(({ rule }) => rule === 'key.der'),
    ).toEqual([]);
  });
  it.each([
    "const PRIVATE_KEY = '0x§';",
    "accounts: ['0x§'],",
    'privateKey: process.env.KEY || "0x§",',
    'cast send --private-key 0x§ x',
    "new ethers.Wallet('0x§')",
  ])('%s', (text) => {
    const key = draws.hex(64);
    for (const path of ['src/a.ts', 'test/a.ts'])
      expect(find(path, text.replace('§', key))).toMatchObject([
        { rule: 'key.ethereum', tier: 'likely', text: `0x${key}` },
      ]);
  });
});

describe('in tests and documentation', () => {
  const basic = (password: string): string => Buffer.from(`app:${password}`).toString('base64');
  it.each([
    `amqps://app:${WORD.replace('!', '')}@mq.eu1.harborlight.de/x`,
    `host: "db.prod.harborlight.de", password: "${WORD}"`,
    `password: "${DRAWN}"`,
    `curl -u app:${WORD} https://api.harborlight.de/v1`,
    `Authorization: "Basic ${basic(WORD)}" # https://api.harborlight.de`,
    `Authorization: "Basic ${basic(DRAWN)}"`,
  ])('%s is likely', (text) => {
    for (const path of ['test/db.yml', 'docs/db.yml', 'e2e/db.yml'])
      expect(find(path, text).map(({ tier }) => tier)).toEqual(['likely']);
  });
  it.each([
    `amqps://app:${WORD.replace('!', '')}@db:5672/x`,
    `amqps://app:${WORD.replace('!', '')}@127.0.0.1:5672/x`,
    `amqps://app:${WORD.replace('!', '')}@mq.local/x`,
    `host: "db.example.com", password: "${WORD}"`,
    `host: "db.prod.harborlight.de", password: "P4ssw0rd12"`,
    `password: "${WORD}"`,
    `Authorization: "Basic ${basic(WORD)}"`,
  ])('%s is weak', (text) => {
    expect(find('test/db.yml', text).map(({ tier }) => tier)).toEqual(['weak']);
  });
  it('stays weak in what others wrote', () => {
    const text = `amqps://app:${DRAWN}@mq.eu1.harborlight.de/x`;
    expect(find('node_modules/x/test/a.yml', text).map(({ tier }) => tier)).toEqual(['weak']);
  });
  it('is likely where a page tells it', () => {
    expect(find('docs/a.md', `Wifi password: ${WORD}\n`).map(({ tier }) => tier)).toEqual([
      'likely',
    ]);
    expect(find('docs/a.md', 'Wifi password: Passw0rd12\n').map(({ tier }) => tier)).toEqual([
      'weak',
    ]);
  });
});

describe('a Kubernetes Secret', () => {
  it('may hold a certificate and settings, which are none', () => {
    const coded = (text: string): string => Buffer.from(text).toString('base64');
    const text = [
      'apiVersion: v1',
      'kind: Secret',
      'data:',
      `  tls.crt: ${coded('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----')}`,
      `  LOG_LEVEL: ${coded('info')}`,
      `  blob: ${coded(DRAWN)}`,
      'stringData:',
      '  retention: 30d',
    ].join('\n');
    expect(find('k8s/app.yaml', text).map((one) => one.text)).toEqual([coded(DRAWN)]);
  });
});
