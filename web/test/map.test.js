import assert from "node:assert/strict";
import { test } from "node:test";
import { bounds, features, places, projection } from "../src/map.js";
import { WKT } from "../src/wkt.js";

const at = (value) => ({ type: "literal", datatype: WKT, value });
const answer = {
  variables: ["name", "place"],
  rows: [
    { name: { type: "literal", value: "a" }, place: at("POINT(2 50)") },
    { name: { type: "literal", value: "b" }, place: at("POLYGON((3 51, 4 51, 4 52, 3 51))") },
    { name: { type: "literal", value: "c" }, place: at("POINT(none)") },
    { name: { type: "literal", value: "d" } },
  ],
};

test("rows with a geometry are drawn, and those that cannot be are counted", () => {
  assert.deepEqual(places(answer), ["place"]);
  const { found, unread } = features(answer, ["place"]);
  assert.deepEqual([found.length, unread], [2, 1]);
  assert.deepEqual(bounds(found), [2, 50, 4, 52]);
});

test("north is up, and a degree of longitude is shorter than one of latitude", () => {
  const project = projection([2, 50, 4, 52]);
  const [west, south, east, north] = [...project([2, 50]), ...project([4, 52])];
  assert.ok(east > west && north < south);
  const ratio = (east - west) / (south - north);
  assert.ok(Math.abs(ratio - Math.cos((51 * Math.PI) / 180)) < 0.001);
  assert.deepEqual(projection([2, 50, 2, 50])([2, 50]), [320, 220]);
});
