import type { Sample } from './draw.ts';

/** Databases, editors, and settings of any program. */
export const DATABASE_SAMPLES: readonly Sample[] = [
  {
    rule: 'file.mysql',
    path: '.my.cnf',
    text: `[client]
user=root
password="{{pw}}"
host = localhost
[mysqldump]
password = {{pw}} # comment
[mysqld]
port=3306
skip-networking
`,
  },
  {
    rule: 'file.pg-service',
    path: '.pg_service.conf',
    text: '[prod]\nhost=db\nuser=app\npassword={{pw}}\n',
  },
  {
    rule: 'file.databricks',
    path: '.databrickscfg',
    text: '[DEFAULT]\nhost = https://adb-1.azuredatabricks.net\ntoken = {{hex:38}}\n',
  },
  {
    rule: 'file.snowflake',
    path: '.snowsql/config',
    text: '[connections]\naccountname = company\nusername = bob\npassword = "{{pw}}"\n[connections.dev]\npassword={{pw}}\n',
  },
  {
    rule: 'file.cqlsh',
    path: '.cassandra/cqlshrc',
    text: '[authentication]\nusername = cassandra\npassword = {{pw}}\n[connection]\nhostname = 127.0.0.1\n',
  },
  {
    rule: 'file.mongorc',
    path: '.mongorc.js',
    text: `db = connect("mongodb://admin:{{pw}}@db/admin");
db.getSiblingDB("app").auth("app", "{{pw}}");
var host = "db";
`,
  },
  { rule: 'file.redis', path: '.rediscli_auth', text: '{{pw}}\n' },
  {
    rule: 'file.redis-server',
    path: 'redis.conf',
    text: 'port 6379\nrequirepass {{pw}}\nmasterauth "{{pw}}"\nuser app on >{{pw}} ~* +@all\nmaxmemory 1gb\n',
  },
  {
    rule: 'file.influx',
    path: '.influxdbv2/configs',
    text: '[default]\n  url = "http://localhost:8086"\n  token = "{{tok:86}}"\n  org = "company"\n  active = true\n',
  },
  {
    rule: 'file.dbt',
    path: '.dbt/profiles.yml',
    text: 'app:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      user: bob\n      pass: {{pw}}\n      port: 5432\n',
  },
  {
    rule: 'file.pgadmin',
    path: 'servers.json',
    text: '{"Servers":{"1":{"Name":"prod","Group":"Servers","Port":5432,"Username":"app","Host":"db","Password":"{{pw}}","SSLMode":"prefer"}}}',
  },
  {
    rule: 'file.airflow',
    path: 'airflow.cfg',
    text: '[core]\nfernet_key = {{tok:43}}\nsql_alchemy_conn = postgresql+psycopg2://airflow:{{pw}}@db/airflow\n[webserver]\nsecret_key = {{hex:32}}\n',
  },
  {
    rule: 'file.sftp',
    path: '.vscode/sftp.json',
    text: '{\n  "name": "prod", "host": "www.company.com", "protocol": "sftp", "port": 22,\n  "username": "deploy", "password": "{{pw}}", "remotePath": "/var/www", "uploadOnSave": true\n}',
  },
  {
    rule: 'file.sftp',
    path: 'sftp-config.json',
    text: '{\n    // The tab key will cycle through the settings first\n    "type": "ftp",\n    "host": "ftp.company.com",\n    "user": "bob",\n    "password": "{{pw}}",\n    //"port": "22",\n    "remote_path": "/",\n}\n',
  },
  {
    rule: 'file.filezilla',
    path: 'sitemanager.xml',
    text: '<?xml version="1.0"?>\n<FileZilla3><Servers><Server><Host>ftp.company.com</Host><Port>21</Port><User>bob</User><Pass encoding="base64">{{b64:16}}</Pass><Logontype>1</Logontype>Site</Server></Servers></FileZilla3>\n',
  },
  {
    rule: 'file.winscp',
    path: 'WinSCP.ini',
    text: '[Configuration\\Interface]\nRandomSeedFile=%25APPDATA%25\n[Sessions\\bob@host]\nHostName=host\nUserName=bob\nPassword={{hex:40}}\n',
  },
  {
    rule: 'file.jetbrains',
    path: '.idea/webServers.xml',
    text: '<project version="4"><component name="WebServers"><option name="servers"><webServer id="1" name="prod" url="http://x"><fileTransfer host="x" port="21" username="bob" password="{{hex:32}}" /></webServer></option></component></project>',
  },
  {
    rule: 'file.java-xml',
    path: 'conf/tomcat-users.xml',
    text: '<tomcat-users><role rolename="manager"/><user username="admin" password="{{pw}}" roles="manager"/></tomcat-users>',
  },
  {
    rule: 'file.json-settings',
    path: 'config/production.json',
    text: '{"db":{"host":"db","user":"app","password":"{{pw}}"},"redis":"redis://:{{pw}}@cache:6379/0","port":8080,"maxTokens":4096}',
  },
  {
    rule: 'file.ini-settings',
    path: 'config.ini',
    text: '[database]\nhost = db\npassword = {{pw}} ; comment\n[api]\napi_key={{tok:32}}\nuse_password = true\n',
  },
  {
    rule: 'file.toml-settings',
    path: '.streamlit/secrets.toml',
    text: '# secrets\ndb_username = "bob"\ndb_password = "{{pw}}"\n\n[connections.snowflake]\npassword = \'{{pw}}\'\naccount = "x"\n',
  },
  {
    rule: 'file.openstack',
    path: 'clouds.yaml',
    text: 'clouds:\n  prod:\n    auth:\n      auth_url: https://keystone:5000\n      username: bob\n      password: {{pw}}\n    region_name: RegionOne\n',
  },
];
