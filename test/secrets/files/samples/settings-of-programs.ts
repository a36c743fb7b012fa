import type { Sample } from './draw.ts';

/** Frameworks. */
export const PROGRAM_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.wordpress',
    path: 'wp-config.php',
    text: `<?php
/** The name of the database for WordPress */
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'wp' );
define( 'DB_PASSWORD', '{{pw}}' );
define( 'DB_HOST', 'localhost' );
define('AUTH_KEY',         '{{tok:64}}');
define('NONCE_SALT',       '{{tok:64}}');
define( "FTP_PASS", "{{pw}}" );
$table_prefix = 'wp_';
define( 'WP_DEBUG', false );
`,
  },
  {
    rule: 'file.python-settings',
    path: 'project/settings.py',
    text: `import os
DEBUG = True  # don't do this
SECRET_KEY = '{{tok:50}}'
ALLOWED_HOSTS = ['www.company.com']
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'app', 'USER': "app",
        'PASSWORD': '{{pw}}',
        'HOST': os.environ.get('DB_HOST', 'db'),
    }
}
EMAIL_HOST_PASSWORD = "{{pw}}"
CELERY_BROKER_URL = 'amqp://app:{{pw}}@mq:5672//'
AWS_SECRET_ACCESS_KEY = os.environ['AWS_SECRET_ACCESS_KEY']
STRIPE_SECRET_KEY = os.environ.get('STRIPE_SECRET_KEY', '{{tok:32}}')
AUTH_PASSWORD_VALIDATORS = [{'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator'}]
`,
  },
  {
    rule: 'file.rails',
    path: 'config/database.yml',
    text: `default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>

development:
  <<: *default
  database: app_development
production:
  <<: *default
  username: app
  password: {{pw}}  # rotate me
  replica:
    url: "postgresql://reader:{{pw}}@replica/app"
test:
  password: <%= ENV['DB_PASSWORD'] %>
`,
  },
  {
    rule: 'file.rails',
    path: 'config/secrets.yml',
    text: `production:
  secret_key_base: {{hex:128}}
  api:
    token: "{{tok:40}}"
`,
  },
  { rule: 'file.rails-key', path: 'config/master.key', text: '{{hex:32}}' },
  {
    rule: 'file.rails',
    path: 'app/config/parameters.yml',
    text: `parameters:
    database_host: 127.0.0.1
    database_password: '{{pw}}'
    mailer_password: ~
    secret: {{hex:40}}
`,
  },
  {
    rule: 'file.php-settings',
    path: 'app/etc/env.php',
    text: `<?php
return [
    'backend' => ['frontName' => 'admin_1x2'],
    'crypt' => ['key' => '{{hex:32}}'],
    'db' => [
        'connection' => ['default' => [
            'host' => 'db', 'username' => 'magento', 'password' => '{{pw}}', 'active' => '1'
        ]]
    ],
];
`,
  },
  {
    rule: 'file.php-settings',
    path: 'configuration.php',
    text: `<?php
class JConfig {
	public $offline = false;
	public $user = 'joomla';
	public $password = '{{pw}}';
	public $db = 'site';
	public $secret = '{{tok:16}}';
	public $smtppass = '{{pw}}';
}
`,
  },
  {
    rule: 'file.php-settings',
    path: 'sites/default/settings.php',
    text: `<?php
$databases['default']['default'] = array (
  'database' => 'drupal',
  'username' => 'drupal',
  'password' => '{{pw}}',
  'prefix' => '',
);
$settings['hash_salt'] = '{{tok:74}}';
`,
  },
  {
    rule: 'file.spring',
    path: 'src/main/resources/application.properties',
    text: `server.port=8080
spring.datasource.url=jdbc:postgresql://db:5432/app
spring.datasource.username=app
spring.datasource.password={{pw}}
jwt.secret = {{tok:64}}
spring.jpa.show-sql=true
management.endpoints.web.exposure.include=*
`,
  },
  {
    rule: 'file.rails',
    path: 'src/main/resources/application-prod.yml',
    text: `spring:
  datasource:
    url: jdbc:mysql://db/app
    password: "{{pw}}"
  security:
    oauth2:
      client:
        registration:
          google:
            client-id: abc
            client-secret: {{tok:24}}
`,
  },
  {
    rule: 'file.dotnet',
    path: 'Web.config',
    text: `<?xml version="1.0"?>
<configuration>
  <connectionStrings>
    <add name="Main" connectionString="Data Source=db;Initial Catalog=app;User ID=sa;Password={{pw}};MultipleActiveResultSets=True" providerName="System.Data.SqlClient" />
  </connectionStrings>
  <appSettings>
    <add key="Environment" value="Production" />
    <add key="SendGridApiKey" value="{{tok:40}}" />
  </appSettings>
  <system.web>
    <machineKey validationKey="{{hex:128}}" decryptionKey="{{hex:64}}" validation="SHA1" />
  </system.web>
</configuration>
`,
    reference: '#{Secret}',
  },
  {
    rule: 'file.appsettings',
    path: 'appsettings.Production.json',
    text: `{
  // connection strings
  "ConnectionStrings": {
    "Default": "Server=tcp:db.company.com,1433;Database=app;User ID=app;Password={{pw}};Encrypt=True;",
    "Storage": "DefaultEndpointsProtocol=https;AccountName=company;AccountKey={{b64:86}};EndpointSuffix=core.windows.net"
  },
  "Jwt": { "Key": "{{tok:48}}", "Issuer": "company" },
  "Logging": { "LogLevel": { "Default": "Information" } },
}
`,
    reference: '#{Secret}',
  },
];
