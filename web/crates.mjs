// The licences of the crates inside the engine: of those that crates.py has listed for its version.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const NAMED = /registry\/src\/[^/]+\/([\w-]+-\d+\.\d+\.\d+[^/]*)\//g;
const TAKEN = ["Apache-2.0", "MIT", "ISC", "Zlib", "Unicode-3.0"]; // the first that a crate offers

/** The crates that an engine names, in its messages of errors: not all that are in it. */
export function named(wasm) {
  return new Set([...wasm.toString("latin1").matchAll(NAMED)].map(([, crate]) => crate));
}

/** The licences that are taken of an expression (SPDX): of each part the first that it offers. */
export function taken(expression) {
  return expression.split(" AND ").map((part) => {
    const offered = part.replace(/[()]/g, "").split(" OR ");
    const found = TAKEN.find((one) => offered.includes(one));
    if (!found) throw new Error(`no licence to take of ${expression}`);
    return found;
  });
}

/** The text of a licence, without whose it is: that stands beside each crate. */
function text(licence) {
  const { licenseText } = require(`spdx-license-list/licenses/${licence}.json`);
  return licenseText.replace(/^Copyright .*\n+/gm, "").trim();
}

/** The crates by licence, each list with the text. Fails for a list of another version, or without a crate inside. */
export async function licencesOfCrates(folder, version, wasm) {
  const list = JSON.parse(await readFile(`${folder}/crates.json`, "utf8"));
  if (list.oxigraph !== version) throw new Error(`web/crates.json is of ${list.oxigraph}, not of ${version}: crates.py`);
  const known = new Set(list.crates.map(({ name, version }) => `${name}-${version}`));
  const missing = [...named(wasm)].filter((crate) => !known.has(crate));
  if (missing.length) throw new Error(`web/crates.json lacks ${missing.join(", ")}: crates.py`);
  return TAKEN.flatMap((licence) => {
    const under = list.crates.filter((crate) => taken(crate.licence).includes(licence));
    if (!under.length) return [];
    const lines = under.map(({ name, version, by }) => `${name} ${version}, ${by}`);
    return [[`Crates of Rust in the engine, under ${licence}:`, lines.join("\n"), text(licence)].join("\n\n")];
  });
}
