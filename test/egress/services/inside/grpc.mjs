// A gRPC client of the official package, of services that are described by bytes alone. Prints one JSON object.
import grpc from '@grpc/grpc-js';

const HOST = process.env.SERVICE;
const asIs = (value) => value;
const method = (path, responseStream = false) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});
const Client = grpc.makeGenericClientConstructor(
  {
    get: method('/google.pubsub.v1.Subscriber/GetSubscription'),
    remove: method('/google.pubsub.v1.Publisher/DeleteTopic'),
    list: method('/google.pubsub.v1.Publisher/ListTopics', true),
    removeMany: method('/google.pubsub.v1.Publisher/DeleteTopics', true),
  },
  'PubSub',
);
const client = new Client(`${HOST}:443`, grpc.credentials.createSsl());
const metadata = () => {
  const own = new grpc.Metadata();
  own.set('authorization', `Bearer ${process.env.GOOGLE_OAUTH_ACCESS_TOKEN}`);
  return own;
};
const deadline = () => ({ deadline: Date.now() + 20_000 });

const unary = (name, text) =>
  new Promise((resolve) => {
    const call = client[name](Buffer.from(text), metadata(), deadline(), (error, answer) => {
      said[name] = error
        ? { code: error.code, details: error.details }
        : { answer: String(answer), ...said[name] };
    });
    call.on('status', ({ metadata: trailers }) => {
      said[name] = { ...said[name], trailer: trailers.get('x-trailer') };
      setImmediate(resolve);
    });
  });

const streamed = (name, text) =>
  new Promise((resolve) => {
    const got = [];
    const call = client[name](Buffer.from(text), metadata(), deadline());
    call.on('data', (data) => got.push(String(data)));
    call.on('error', () => undefined);
    call.on('status', ({ code, details }) => {
      said[name] = { got, code, details };
      resolve();
    });
  });

const said = {};
await unary('get', 'projects/p/subscriptions/s');
await unary('remove', 'projects/p/topics/t');
await streamed('list', 'projects/p');
await streamed('removeMany', 'projects/p');
console.log(JSON.stringify(said));
process.exit(0);
