// Signs requests with the keys of its environment, as AWS's tools do. Prints one JSON object.
import { request } from 'node:https';
import aws4 from 'aws4';

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
const keys = {
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
  sessionToken: AWS_SESSION_TOKEN,
};

const send = (options, own = keys) =>
  new Promise((resolve) => {
    const signed = aws4.sign(options, own);
    const outgoing = request({ ...signed, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, length: response.headers['content-length'], text }),
      );
    });
    outgoing.on('error', (error) => resolve({ error: error.code }));
    outgoing.end(options.body);
  });

const dynamo = (name, body, own) =>
  send(
    {
      host: 'dynamodb.us-east-1.amazonaws.com',
      service: 'dynamodb',
      region: 'us-east-1',
      method: 'POST',
      path: '/',
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': `DynamoDB_20120810.${name}`,
      },
      body,
    },
    own,
  );
const s3 = (path, more = {}) =>
  send({
    host: 'bucket.s3.us-east-1.amazonaws.com',
    service: 's3',
    region: 'us-east-1',
    path,
    ...more,
  });

console.log(
  JSON.stringify({
    list: await dynamo('ListTables', '{}'),
    get: await s3('/a%20b/c?versionId=1&x=%2F'),
    head: await s3('/large', { method: 'HEAD' }),
    query: await s3('/presigned', { signQuery: true }),
    put: await s3('/new', { method: 'PUT', body: 'hello' }),
    remove: await dynamo('DeleteTable', '{"TableName":"orders"}'),
    'remove object': await s3('/a', { method: 'DELETE' }),
    'other keys': await dynamo('ListTables', '{}', {
      accessKeyId: 'AKIAQWERTYUIOPASDFGH',
      secretAccessKey: 'x'.repeat(40),
    }),
  }),
);
