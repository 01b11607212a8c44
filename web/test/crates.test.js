import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { licencesOfCrates, named, taken } from "../crates.mjs";

const web = fileURLToPath(new URL("..", import.meta.url));
const wasm = await readFile(`${web}/node_modules/oxigraph/web_bg.wasm`);
const { version } = JSON.parse(await readFile(`${web}/node_modules/oxigraph/package.json`, "utf8"));

test("the engine names crates, and all of them are listed under a licence with its text", async () => {
  const found = [...named(wasm)];
  assert.ok(found.length > 30);
  const texts = await licencesOfCrates(web, version, wasm);
  for (const crate of found) {
    const [, name, release] = /^(.*)-(\d+\.\d+\.\d+.*)$/.exec(crate);
    assert.ok(texts.some((text) => text.includes(`\n${name} ${release}, `)), crate);
  }
  for (const words of ["Apache License", "Permission is hereby granted, free of charge", "Permission to use, copy"])
    assert.ok(texts.some((text) => text.includes(words)), words);
});

test("a list of another version, or without a crate inside, is refused", async () => {
  await assert.rejects(licencesOfCrates(web, "0.0.1", wasm), /not of 0\.0\.1/);
  const other = Buffer.from("/registry/src/index/unheard-of-1.2.3/src/lib.rs");
  await assert.rejects(licencesOfCrates(web, version, other), /lacks unheard-of-1\.2\.3/);
});

test("of licences that are offered one is taken, of those that hold together each", () => {
  assert.deepEqual(taken("MIT OR Apache-2.0"), ["Apache-2.0"]);
  assert.deepEqual(taken("Unlicense OR MIT"), ["MIT"]);
  assert.deepEqual(taken("(MIT OR Apache-2.0) AND Unicode-3.0"), ["Apache-2.0", "Unicode-3.0"]);
  assert.throws(() => taken("GPL-2.0-only"), /no licence to take/);
});
