// The two wires of Google's clients for Node, without credentials and without TLS.

const assert = require('node:assert/strict');
const gax = require('google-gax');

/** What clients of a server on this host and port are made with. */
exports.options = (wire, server) => {
  const [apiEndpoint, port] = server.split(':');
  const options = { apiEndpoint, port: Number(port), authClient: new gax.googleAuthLibrary.PassThroughClient() };
  switch (wire) {
    case 'grpc': return { ...options, sslCreds: gax.grpc.credentials.createInsecure() };
    case 'rest': return { ...options, fallback: true, protocol: 'http' };
    default: throw new Error(`there is no wire ${wire}`);
  }
};

/** Everything that an iterator of pages has. */
exports.names = async pages => {
  const names = [];
  for await (const one of pages) names.push(one.name);
  return names;
};

/** Fails unless a call fails with this code and reason, and answers with its error. */
exports.fails = async (code, reason, call) => {
  const error = await call.then(answer => assert.fail(`${JSON.stringify(answer)} is no error`), error => error);
  assert.equal(error.code, code, error);
  assert.equal(error.reason, reason, error);
  return error;
};

/** Runs a program, and ends it with its first fault. */
exports.run = program => program().then(() => process.exit(0), error => {
  console.error(error);
  process.exit(1);
});
