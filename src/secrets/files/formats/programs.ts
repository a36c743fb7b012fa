import type { Match } from '../../engine/detector.ts';
import { codeFields } from '../code-fields.ts';
import { isCredentialName } from '../credential-name.ts';
import type { Field } from '../field.ts';
import { bounded, inOrder, settings, withUrls, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { connectionParts, isSecretValue } from '../secret-part.ts';
import { xmlFields } from '../xml-fields.ts';
import { yamlFields } from '../yaml-fields.ts';

const yaml = settings(yamlFields);
const xml = settings(xmlFields, webSecret);

function webSecret({ name }: Field): boolean {
  return isCredentialName(name) || /^(?:decryptionKey|validationKey)$/i.test(name);
}

/** `web.config` keeps strings for databases under `connectionString`. */
function readWebConfig(text: string): Match[] {
  const source = bounded(text);
  const strings = xmlFields(source)
    .filter(({ value }) => value.includes('='))
    .flatMap(({ value, start }) =>
      connectionParts(
        value.replace(/&(?:quot|amp);/g, (m) => ' '.repeat(m.length)),
        start,
      ),
    );
  return inOrder([...strings, ...xml(source, '')]);
}

function readSpring(text: string, path: string): readonly Match[] {
  return /\.ya?ml$/i.test(path)
    ? yaml(text, path)
    : settings((t) => iniFields(t, { comments: '#!' }))(text, path);
}

/** Settings of programs of any kind, by the names that are usual for them. */
export const PROGRAM_FORMATS: readonly Format[] = [
  {
    id: 'file.spring',
    tier: 'likely',
    at: [
      'application.properties',
      'application-*.properties',
      'bootstrap.properties',
      'bootstrap-*.properties',
      'database.properties',
      'db.properties',
      'jdbc.properties',
      'hibernate.properties',
      'config.properties',
      'liquibase.properties',
      'flyway.conf',
      'flyway.properties',
      'persistence.properties',
      'secrets.properties',
      'credentials.properties',
      'mail.properties',
      'log4j.properties',
      'datasource.properties',
      'quarkus.properties',
    ],
    read: withUrls(readSpring),
  },
  {
    id: 'file.java-xml',
    tier: 'likely',
    at: [
      'hibernate.cfg.xml',
      'persistence.xml',
      'context.xml',
      'server.xml',
      'tomcat-users.xml',
      'standalone.xml',
      'domain.xml',
      '*-ds.xml',
      'applicationcontext*.xml',
      'jetty*.xml',
      'activemq.xml',
      'credentials.xml',
    ],
    read: settings(xmlFields, webSecret),
  },
  {
    id: 'file.dotnet',
    tier: 'likely',
    at: [
      'web.config',
      'web.*.config',
      'app.config',
      'app.*.config',
      'connectionstrings.config',
      'machine.config',
      '*.exe.config',
      '*.dll.config',
      'appsettings.config',
      'applicationhost.config',
      'unattend.xml',
      'autounattend.xml',
      'sysprep.xml',
    ],
    read: readWebConfig,
  },
  {
    id: 'file.appsettings',
    tier: 'likely',
    at: [
      'appsettings.json',
      'appsettings.*.json',
      'local.settings.json',
      'usersecrets/secrets.json',
      'secrets.json',
      'connectionstrings.json',
    ],
    read: settings(
      jsonFields,
      ({ name }) => isCredentialName(name) || /(?:^|_)(?:key|AzureWebJobsStorage)$/i.test(name),
    ),
  },
  {
    id: 'file.json-settings',
    tier: 'likely',
    at: [
      'config.json',
      'config/*.json',
      'database.json',
      'db.json',
      'settings.json',
      'credentials.json',
      'ormconfig.json',
      'keys.json',
      'auth.json',
      'tokens.json',
      'cdp_api_key.json',
      'creds.json',
      'config.*.json',
    ],
    read: settings(jsonFields),
  },
  {
    id: 'file.ini-settings',
    tier: 'likely',
    at: [
      'config.ini',
      'settings.ini',
      'database.ini',
      'credentials.ini',
      'secrets.ini',
      'db.ini',
      'php.ini',
      'parameters.ini',
      'production.ini',
      'app.ini',
      'credentials.cfg',
      'config.cfg',
      'tox.ini.local',
      'grafana.ini',
      'odoo.conf',
      'odoo.cfg',
      '.odoorc',
    ],
    read: withUrls(
      settings(
        (text) => iniFields(text, { trailing: ';' }),
        ({ name }) => isCredentialName(name) || /(?:^|_)passwd$/.test(name),
      ),
    ),
  },
  {
    id: 'file.toml-settings',
    tier: 'likely',
    at: [
      'secrets.toml',
      '.streamlit/secrets.toml',
      'config.toml',
      'settings.toml',
      '.secrets.toml',
      'credentials.toml',
      'shopify.app.toml',
    ],
    read: withUrls(
      settings((text) => [
        ...iniFields(text, { comments: '#', separators: '=' }),
        ...codeFields(text),
      ]),
    ),
  },
  {
    id: 'file.secrets',
    tier: 'likely',
    at: ['home-assistant/secrets.yaml', 'esphome/secrets.yaml'],
    read: settings(yamlFields, ({ value }) => isSecretValue(value)),
  },
];
