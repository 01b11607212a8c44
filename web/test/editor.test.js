import assert from "node:assert/strict";
import { test } from "node:test";
import { entries, matching } from "../src/completion.js";
import { Refusal, naming } from "../src/endpoint.js";
import { WORDS, speaker } from "../src/words.js";

const site = {
  root: "/g",
  origin: "https://example.org/town/",
  prefixes: { t: "https://example.org/town/def#", id: "https://example.org/town/id/" },
};
const names = naming(site);
const vocabulary = {
  prefixes: site.prefixes,
  classes: [
    ["https://example.org/town/def#Act", "acte", 12],
    ["https://example.org/town/def#Été", "saison", 1],
  ],
  properties: [
    ["https://example.org/town/def#signedOn", "signé le", 30],
    ["http://elsewhere.example/says", "", 40],
  ],
};

test("both languages have the same words with the same places", () => {
  assert.deepEqual(Object.keys(WORDS.fr), Object.keys(WORDS.en));
  for (const key of Object.keys(WORDS.fr)) {
    const found = (text) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();
    assert.deepEqual(found(WORDS.fr[key]), found(WORDS.en[key]), key);
  }
  assert.equal(speaker("fr").say("place", 3, 7), "Erreur, ligne 3, colonne 7");
  assert.equal(speaker("de").say("run"), "Ask");
});

test("an IRI of the site is linked to its page, one of elsewhere to itself, and no other", () => {
  assert.equal(names.address("https://example.org/town/id/a"), "/g/id/a");
  assert.equal(names.address("https://example.org/town/def#Act"), "/g/def/Act");
  assert.equal(names.address("https://example.org/town/doc/gazette#line=4,5"), "/g/doc/gazette/line/5");
  assert.equal(names.address("https://example.org/town/id/caf%C3%A9"), "/g/id/caf%C3%A9");
  assert.equal(names.address("https://example.org/town/id/café?x"), "/g/id/caf%C3%A9%3Fx");
  assert.equal(names.address("http://elsewhere.example/"), "http://elsewhere.example/");
  assert.equal(names.address("javascript:alert(1)"), null);
  assert.equal(names.short("https://example.org/town/def#Act"), "t:Act");
  assert.equal(names.short("https://example.org/town/id/a/b"), null);
});

test("a refusal says its place where it has one", () => {
  const refusal = new Refusal("line 3, column 12: the query does not parse\n    ^");
  assert.deepEqual(refusal.place, { line: 3, column: 12 });
  assert.equal(refusal.message, "the query does not parse\n    ^");
  assert.equal(new Refusal("too many queries").place, null);
});

test("terms are found by name, by label without its accents, and by the kind that is due", () => {
  const all = entries(vocabulary, names);
  const found = (typed, kind) => matching(all, typed, kind).map(({ text }) => text);
  assert.deepEqual(found("t:A"), ["t:Act"]);
  assert.deepEqual(found("signe"), ["t:signedOn"]);
  assert.deepEqual(found("act", "property"), []);
  assert.deepEqual(found("t"), ["t:", "t:signedOn", "t:Act"]);
  assert.deepEqual(found("", "property"), ["<http://elsewhere.example/says>", "t:signedOn", "t:", "id:"]);
  assert.deepEqual(found("saison"), ["<https://example.org/town/def#Été>"]);
});
