import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Damaged, fetched } from "../src/dump.js";

const data = Buffer.from("<https://example.org/a> <https://example.org/é> \"b\" .\n".repeat(5000));
const packed = gzipSync(data);
const served = {
  "/a.nq": [{}, data],
  "/a.nq.gz": [{ "Content-Type": "application/gzip" }, packed],
  "/said.nq.gz": [{ "Content-Encoding": "gzip" }, packed],
  "/cut.nq.gz": [{}, packed.subarray(0, packed.length - 20)],
};
const server = createServer(({ url }, response) => {
  const [headers, body] = served[url] ?? [{}, null];
  response.writeHead(body ? 200 : 404, headers).end(body);
});
let address;
before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const dump = (...names) => ({
  bytes: data.length,
  sha256: createHash("sha256").update(data).digest("hex"),
  files: names.map((name) => ({
    path: `${address}${name}`,
    bytes: name.endsWith(".gz") ? packed.length : data.length,
    ...(name.endsWith(".gz") ? { encoding: "gzip" } : {}),
  })),
});

for (const names of [["/a.nq.gz", "/a.nq"], ["/said.nq.gz"], ["/missing.nq.gz", "/a.nq"], ["/a.nq"]]) {
  test(`data come whole from ${names.join(", or ")}`, async () => {
    const told = [];
    const came = await fetched(dump(...names), (state) => told.push(state));
    assert.ok(Buffer.from(came).equals(data));
    assert.ok(told.every(({ loaded, total }) => loaded <= total));
    assert.equal(told.at(-1).loaded, told.at(-1).total);
  });
}

test("data that are cut off, missing or others are refused", async () => {
  for (const wanted of [dump("/cut.nq.gz"), dump("/missing.nq"), { ...dump("/a.nq"), sha256: "0".repeat(64) }]) {
    await assert.rejects(
      fetched(wanted, () => {}),
      Damaged,
    );
  }
});
