import assert from "node:assert/strict";
import { test } from "node:test";
import { measures, points, slices, ticks } from "../src/chart.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const number = (value, type = "integer") => ({ type: "literal", datatype: XSD + type, value });
const text = (value) => ({ type: "literal", value });
const naming = { short: (iri) => iri.replace("http://x/", "x:") };
const answer = {
  variables: ["name", "n", "code"],
  rows: [
    { name: { type: "uri", value: "http://x/a" }, n: number("3"), code: text("62") },
    { name: text("b"), n: number("-1.5", "decimal"), code: text("59") },
    { n: number("INF", "double") },
    { name: text("c") },
  ],
};

test("a column of numbers is one by its datatype, not by its look", () => {
  assert.deepEqual(measures(answer), ["n"]);
});

test("rows without a number are left out, rows without a label have their place", () => {
  assert.deepEqual(points(answer, "name", "n", naming), [
    { label: "x:a", value: 3 },
    { label: "b", value: -1.5 },
  ]);
  assert.deepEqual(
    points(answer, "", "n", naming).map(({ label }) => label),
    ["1", "2"],
  );
});

test("an axis is round and holds zero and every value", () => {
  assert.deepEqual(ticks([3, 97]), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticks([-1.5, 3]), [-2, -1, 0, 1, 2, 3]);
  assert.deepEqual(ticks([0.0004]).at(-1), 0.0004);
  for (const values of [[0], [], [1e12, 3], [-7]]) {
    const axis = ticks(values);
    assert.ok(
      axis[0] <= Math.min(0, ...values) && axis.at(-1) >= Math.max(0, ...values) && axis.length < 12,
      String(values),
    );
  }
});

test("a pie has eight slices at most and keeps the sum", () => {
  const data = Array.from({ length: 20 }, (_, place) => ({ label: String(place), value: place - 2 }));
  const found = slices(data, "others");
  assert.equal(found.length, 8);
  assert.equal(
    found.reduce((sum, { value }) => sum + value, 0),
    (17 * 18) / 2,
  );
  assert.equal(found.at(-1).label, "others");
});
