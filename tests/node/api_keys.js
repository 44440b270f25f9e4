// Creates, updates, deletes and undeletes a key in the running example with Google's client for the API Keys API.
//
// Takes the wire, and the host and port of the example.

const assert = require('node:assert/strict');
const gax = require('google-gax');
const { ApiKeysClient } = require('@google-cloud/apikeys');
const { options, names, fails, run } = require('./wires');

const [wire, server] = process.argv.slice(2);
const client = new ApiKeysClient(options(wire, server));
const parent = 'projects/1/locations/global';
const { ALREADY_EXISTS, NOT_FOUND } = gax.Status;

/** The response of the operation that a call starts. */
async function end(starting) {
  const [operation] = await starting;
  assert.match(operation.name, /^operations\/akmf\./);
  assert.equal(operation.latestResponse.done, false, 'P-031');
  const [response] = await operation.promise();
  return response;
}

run(async () => {
  const key = { displayName: 'A key', annotations: { a: '1' }, restrictions: { browserKeyRestrictions: {} } };
  const creating = { parent, keyId: 'node', key };
  const created = await end(client.createKey(creating));
  assert.deepEqual([created.name, created.displayName], [`${parent}/keys/node`, 'A key']);
  assert.ok(created.restrictions.browserKeyRestrictions, 'a set but empty message is kept (P-159)');
  await fails(ALREADY_EXISTS, 'KEY_EXISTS', client.createKey(creating));

  const { name, etag } = created;
  const changed = { name, etag, displayName: 'Another name' };
  const updated = await end(client.updateKey({ key: changed, updateMask: { paths: ['display_name'] } }));
  assert.deepEqual([updated.displayName, { ...updated.annotations }], ['Another name', { a: '1' }]);

  assert.equal((await client.getKey({ name }))[0].displayName, 'Another name');
  assert.match((await client.getKeyString({ name }))[0].keyString, /^AIzaSy/);
  assert.deepEqual(await names(client.listKeysAsync({ parent })), [name]);

  const deleted = await end(client.deleteKey({ name }));
  assert.ok(deleted.deleteTime);
  assert.deepEqual(await names(client.listKeysAsync({ parent })), []);
  const undeleted = await end(client.undeleteKey({ name }));
  assert.deepEqual([undeleted.name, undeleted.deleteTime], [name, null]);

  await fails(NOT_FOUND, 'KEY_NOT_FOUND', client.getKey({ name: `${parent}/keys/unknown` }));

  // The other methods, for which the API's own config has no rule: over REST they go where the default bindings say (P-132).
  const operations = client.operationsClient;
  const [operation] = await client.createKey({ parent, keyId: 'cancelled', key: {} });
  const listed = await names(operations.listOperationsAsync({ name: 'operations', pageSize: 2 }));
  assert.equal(listed[0], operation.name);
  assert.equal(new Set(listed).size, 5);
  await operation.cancel();
  await operations.deleteOperation({ name: operation.name });
  await fails(NOT_FOUND, 'OPERATION_NOT_FOUND', client.checkCreateKeyProgress(operation.name));
});
