import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/wkt.js";

test("each kind of geometry is read", () => {
  assert.deepEqual(parse("POINT(2.3 50.4)"), { points: [[2.3, 50.4]], lines: [], polygons: [] });
  assert.deepEqual(parse("Point Z (1 2 3)").points, [[1, 2]]);
  assert.deepEqual(parse("MULTIPOINT((1 2), (3 4))").points, [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(parse("MULTIPOINT(1 2, 3 4)").points, [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(parse("LINESTRING(0 0, -1.5e1 .5)").lines, [
    [
      [0, 0],
      [-15, 0.5],
    ],
  ]);
  assert.deepEqual(parse("MULTILINESTRING((0 0, 1 1), (2 2, 3 3))").lines.length, 2);
  const ring = [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 0],
  ];
  assert.deepEqual(parse("POLYGON((0 0, 0 1, 1 1, 0 0))").polygons, [[ring]]);
  assert.deepEqual(parse("MULTIPOLYGON(((0 0, 0 1, 1 1, 0 0)), ((0 0, 0 1, 1 1, 0 0)))").polygons, [[ring], [ring]]);
  const mixed = parse("GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))");
  assert.deepEqual([mixed.points.length, mixed.lines.length], [1, 1]);
  assert.deepEqual(parse("POINT EMPTY"), { points: [], lines: [], polygons: [] });
});

test("the reference system says which axis comes first", () => {
  assert.deepEqual(parse("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(2 50)").points, [[2, 50]]);
  assert.deepEqual(parse("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(50 2)").points, [[2, 50]]);
  assert.equal(parse("<http://www.opengis.net/def/crs/EPSG/0/2154> POINT(650000 7000000)"), null);
});

test("what is no well-known text is none", () => {
  for (const text of [
    "",
    "POINT",
    "POINT(1)",
    "POINT(1 2",
    "POINT(1 2))",
    "CIRCLE(1 2)",
    "POINT(a b)",
    "POLYGON(0 0, 1 1)",
    "POINT(1 2) x",
  ]) {
    assert.equal(parse(text), null, text);
  }
});
