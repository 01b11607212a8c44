import assert from "node:assert/strict";
import { test } from "node:test";
import { entries, matching } from "../src/completion.js";
import { bound, given, term } from "../src/parameters.js";
import { place } from "../src/place.js";
import { refusal } from "../src/server.js";
import { naming } from "../src/site.js";
import { WORDS, speaker } from "../src/words.js";

const site = {
  root: "/g",
  suffix: ".html",
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
  assert.equal(names.address("https://example.org/town/id/a"), "/g/id/a.html");
  assert.equal(names.address("https://example.org/town/def#Act"), "/g/def/Act.html");
  assert.equal(names.address("https://example.org/town/doc/gazette#line=4,5"), "/g/doc/gazette/line/5.html");
  assert.equal(names.address("https://example.org/town/id/caf%C3%A9"), "/g/id/caf%C3%A9.html");
  assert.equal(names.address("https://example.org/town/id/café?x"), "/g/id/caf%C3%A9%3Fx.html");
  assert.equal(names.address("http://elsewhere.example/"), "http://elsewhere.example/");
  assert.equal(names.address("javascript:alert(1)"), null);
  assert.equal(names.short("https://example.org/town/def#Act"), "t:Act");
  assert.equal(names.short("https://example.org/town/id/a/b"), null);
});

test("a refusal says its place where it has one", () => {
  const found = refusal("line 3, column 12: the query does not parse\n    ^");
  assert.deepEqual(found.place, { line: 3, column: 12 });
  assert.equal(found.message, "the query does not parse\n    ^");
  assert.equal(refusal("too many queries").place, null);
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

test("what the parser says has its place in the query, without what stands before it", () => {
  const query = "SELECT * {\n  ?é a t:Act ;; }\n";
  const found = place('error at 2:17: expected one of "}", [_]', query, 40);
  assert.deepEqual(found.place, { line: 2, column: 17 });
  assert.equal(found.message, 'the query does not parse: expected "}"\n      ?é a t:Act ;; }\n                    ^');
  assert.deepEqual(place("error at 1:52: expected one of OPTIONAL", "SELECT * { OPTIONEL }", 32).place.line, 1);
  assert.equal(place("The service is not supported", query, 0), null);
  assert.match(place("error at 1:1: expected ASK", "INSERT DATA {}", 0).message, /an update is not a query/);
});

test("values become terms, and stand where the query has their places", () => {
  const known = { prefixes: site.prefixes, base: "https://example.org/town/" };
  assert.equal(term("2019-06-30", "xsd:date", known), '"2019-06-30"^^<http://www.w3.org/2001/XMLSchema#date>');
  assert.equal(term("2019-02-30", "xsd:date", known), null);
  assert.equal(term("t:Act", "iri", known), "<https://example.org/town/def#Act>");
  assert.equal(term("<id/a>", "iri", known), "<https://example.org/town/id/a>");
  assert.equal(term("constructor:a", "iri", known), null);
  assert.equal(term('a" } #\n', "xsd:string", known), '"a\\" } #\\n"');
  const pieces = [
    ["VALUES ?a { ", "a", "1"],
    [" } VALUES ?b { ", "b", "UNDEF"],
    [" }", null, ""],
  ];
  assert.equal(bound(pieces, { a: "2" }), "VALUES ?a { 2 } VALUES ?b { UNDEF }");
  const parameters = [{ name: "a" }, { name: "b", optional: true }];
  assert.deepEqual(given("?a=&b=&lang=fr&format=html", parameters), { a: "" });
});
