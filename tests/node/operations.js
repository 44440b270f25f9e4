// Drives the operations of a server with the operations client of `google-gax`, and with its futures.
//
// Takes the wire; the host and port of a server that starts works of `lro.tests.foreign.v1` under `POST /v1/projects/p/works` and,
// at the root, under `POST /v1/works`; and the file with the server's service config, whose rules the client gets over REST.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const gax = require('google-gax');
const { fromProto3JSON } = require('proto3-json-serializer');
const yaml = require('yaml');
const { options, names, fails, run } = require('./wires');

const [wire, server, config] = process.argv.slice(2);
const POLLING = gax.createBackoffSettings(50, 1.5, 500, null, null, null, 60_000);
const { CANCELLED, FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND } = gax.Status;

// What the root of a generated client has, if its API imports these files.
const files = ['google/longrunning/operations.proto', 'google/protobuf/struct.proto', 'google/rpc/error_details.proto'];
const root = new gax.GoogleProtoFilesRoot().loadSync(files);
const Operation = root.lookupType('google.longrunning.Operation');
const Struct = root.lookupType('google.protobuf.Struct');
const Empty = root.lookupType('google.protobuf.Empty');
const ErrorInfo = root.lookupType('google.rpc.ErrorInfo');
const PreconditionFailure = root.lookupType('google.rpc.PreconditionFailure');

function connect() {
  const ours = options(wire, server);
  if (wire === 'grpc') return gax.lro(ours).operationsClient(ours);
  const httpRules = yaml.parse(fs.readFileSync(config, 'utf8')).http.rules;
  return gax.fallback.lro({ ...ours, protoJson: root, httpRules }).operationsClient(ours);
}

const client = connect();

async function start(mode, folder = 'projects/p/', response = Struct) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ mode }) };
  const answer = await fetch(`http://${server}/v1/${folder}works`, request);
  const started = fromProto3JSON(Operation, await answer.json());
  const decode = type => type.decode.bind(type);
  return gax.operation(started, new gax.LongrunningDescriptor(client, decode(response), decode(Struct)), POLLING);
}

const number = (struct, field) => struct.fields[field].numberValue;

run(async () => {
  // A future from its start to each of its ends.
  const finished = await start('finish');
  const [result, metadata] = await finished.promise();
  assert.equal(number(result, 'copied'), 7);
  assert.equal(number(metadata, 'percent'), 100);

  const nothing = await start('nothing', undefined, Empty);
  assert.deepEqual({ ...(await nothing.promise())[0] }, {});
  assert.ok(nothing.latestResponse.response.type_url.endsWith('/google.protobuf.Empty'), 'P-016');

  const failed = await start('fail');
  const error = await fails(FAILED_PRECONDITION, undefined, failed.promise());
  assert.match(error.message, /there is no disk/);
  // P-203: the future's error has no details; the operation's has.
  const [info, precondition] = failed.latestResponse.error.details;
  const { reason, domain, metadata: keys } = ErrorInfo.decode(info.value);
  assert.deepEqual([reason, domain, keys], ['NO_DISK', 'lro.tests.foreign.v1.Works', { disk: 'd' }]);
  assert.equal(PreconditionFailure.decode(precondition.value).violations[0].subject, 'disk d');

  const endless = await start('endless');
  assert.equal(number(endless.metadata, 'percent'), 0);
  const ended = endless.promise();
  const progress = await new Promise(told => endless.once('progress', told));
  assert.equal(number(progress, 'percent'), 50);
  await endless.cancel();
  await fails(CANCELLED, undefined, ended);
  const { done, error: end, metadata: kept } = endless.latestResponse;
  assert.ok(done && end.code === CANCELLED, 'P-201');
  assert.equal(number(Struct.decode(kept.value), 'percent'), 50, 'P-024');

  // The client's own methods, below a parent and at the root.
  const atTheRoot = await start('endless', '');
  for (const [parent, name, count] of [['projects/p', endless.name, 4], ['operations', atTheRoot.name, 1]]) {
    const [operation] = await client.getOperation({ name });
    assert.equal(operation.name, name);
    const listed = await names(client.listOperationsAsync({ name: parent, pageSize: 3 }));
    assert.equal(listed[0], name);
    assert.equal(new Set(listed).size, count);
    assert.equal(listed.length, count);
    await client.cancelOperation({ name });
    await client.deleteOperation({ name });
    await fails(NOT_FOUND, 'OPERATION_NOT_FOUND', client.getOperation({ name }));
    await fails(NOT_FOUND, 'OPERATION_NOT_FOUND', client.deleteOperation({ name }));
  }
  const filtered = names(client.listOperationsAsync({ name: 'projects/p', filter: 'nothing = 1' }));
  await fails(INVALID_ARGUMENT, 'INVALID_FILTER', filtered);
});
