import type { Match } from '../../engine/detector.ts';
import { codeFields } from '../code-fields.ts';
import { isCredentialName } from '../credential-name.ts';
import { settings, withUrls, type Format } from '../format.ts';
import { xmlFields } from '../xml-fields.ts';
import { yamlFields } from '../yaml-fields.ts';
import { readToken } from './lines.ts';

/** `AUTH_KEY`, `LOGGED_IN_SALT`, …: WordPress signs cookies with them. */
const wordpress = settings(codeFields, ({ name }) =>
  /(?:^DB_PASSWORD|^FTP_PASS|^FTP_PRIKEY|_(?:KEY|SALT)|PASSWORD|SECRET|TOKEN)$/.test(name),
);

/** Django's settings, and Flask's: `SECRET_KEY`, the databases' `PASSWORD`, and every key of a service beside them. */
const python = settings(codeFields, ({ name }) => isCredentialName(name) || /_KEY$/.test(name));
const php = settings(
  codeFields,
  ({ name }) =>
    isCredentialName(name) ||
    /^(?:key|crypt_key|hash_salt|cookie_key|new_cookie_key|smtppass|proxy_pass|ftp_pass)$/i.test(
      name,
    ),
);

const yaml = settings(
  yamlFields,
  ({ name }) => isCredentialName(name) || name === 'secret_key_base',
);

/** 32 hex digits (Rails 5.2 and later), or 64 of `secret_key_base`'s kind. */
function readRailsKey(text: string): Match[] {
  return readToken(text).filter(({ start, end }) =>
    /^[0-9a-f]{32,128}$/.test(text.slice(start, end)),
  );
}

/** A Drupal `settings.php`, a Joomla or Magento one, is known by its content: other programs have files of these names. */
function readPhp(text: string, path: string): readonly Match[] {
  return /<\?(?:php|=|\s)/.test(text.slice(0, 4096)) ? withUrls(php)(text, path) : [];
}

export const FRAMEWORK_FORMATS: readonly Format[] = [
  {
    id: 'file.wordpress',
    at: ['wp-config.php', 'wp-config.php.*', 'wp-config*.php', 'wp-config.*'],
    read: wordpress,
  },
  {
    id: 'file.php-settings',
    tier: 'likely',
    at: [
      'app/etc/env.php',
      'app/etc/local.php',
      'configuration.php',
      'settings.php',
      'settings.local.php',
      'parameters.php',
      'config.inc.php',
      'localsettings.php',
      'config/database.php',
      'config/app.php',
      'config.php',
      'database.php',
      'localconfiguration.php',
      'local.php',
      'app_local.php',
      'settings.inc.php',
      'conn.php',
      'db.php',
      'connect.php',
      'configuration.inc.php',
    ],
    read: readPhp,
  },
  {
    id: 'file.magento',
    tier: 'likely',
    at: ['app/etc/local.xml'],
    read: settings(xmlFields, ['password', 'key']),
  },
  {
    id: 'file.python-settings',
    tier: 'likely',
    at: [
      'settings.py',
      'local_settings.py',
      'settings_local.py',
      'settings/*.py',
      'production_settings.py',
      'settings_prod.py',
      'settings_production.py',
      'config.py',
      'secrets.py',
      'credentials.py',
      'local_config.py',
      'instance/config.py',
    ],
    read: withUrls(python),
  },
  {
    id: 'file.rails-key',
    at: ['config/master.key', 'master.key', 'config/credentials/*.key', '.rails-master-key'],
    read: readRailsKey,
  },
  {
    id: 'file.rails',
    tier: 'likely',
    at: [
      'database.yml',
      'database.yaml',
      'secrets.yml',
      'config/mongoid.yml',
      'cable.yml',
      'config/storage.yml',
      'application.yml',
      'application.yaml',
      'application-*.yml',
      'application-*.yaml',
      'bootstrap.yml',
      'bootstrap-*.yml',
      'bootstrap.yaml',
      'parameters.yml',
      'parameters.yaml',
      'secrets.yaml',
      'credentials.yml',
      'credentials.yaml',
      'config/settings.yml',
      'config/config.yml',
      'config/config.yaml',
      'passwords.yml',
      'vault.yml',
      'sidekiq.yml',
      'config/*.yml',
      'config/*.yaml',
      'group_vars/*.yml',
      'host_vars/*.yml',
      'all.yml',
      'values-*.yaml',
      'values.yaml',
      'values-*.yml',
    ],
    read: yaml,
  },
  {
    id: 'file.rails-session',
    tier: 'likely',
    at: ['secret_token.rb', 'devise.rb', 'session_store.rb', 'omniauth.rb', 'carrierwave.rb'],
    read: settings(
      codeFields,
      ({ name }) =>
        isCredentialName(name) || /(?:secret_key|pepper|secret_token|secret_key_base)$/.test(name),
    ),
  },
];
