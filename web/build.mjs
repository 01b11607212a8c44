// Builds the scripts of pages into the folder that the service serves, with the licences of what they contain.
import { build } from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { licencesOfCrates } from "./crates.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../src/kg/service/static/editor");

/** The packages of these source files, by the folder that follows the last node_modules. */
function packages(files) {
  const found = new Set();
  for (const file of files) {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
    if (name) found.add(name);
  }
  return found;
}

/** A package may itself be a bundle: its source map names what is inside. */
async function contents(inputs) {
  const found = packages(inputs);
  for (const input of inputs) {
    const map = join(here, `${input}.map`);
    if (!input.includes("node_modules") || !existsSync(map)) continue;
    const { sources } = JSON.parse(await readFile(map, "utf8"));
    for (const name of packages(sources)) found.add(name);
    if (sources.some((source) => source.startsWith("../../utils/"))) found.add("@zazuko/yasgui-utils");
  }
  return [...found].sort();
}

/** The licence of a package; one that offers Apache-2.0 and has no text of it is taken under that, which is ours too. */
async function licence(name) {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^licen[cs]e/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  const source = (about.repository?.url ?? "").replace(/^git\+/, "");
  const others = (about.contributors ?? []).map((person) => person.name ?? person);
  const author = (typeof about.author === "string" ? about.author : about.author?.name) ?? (others.length ? "" : source);
  if (!texts.length && /\bApache-2\.0\b/.test(about.license))
    texts.push(await readFile(resolve(here, "../LICENSE"), "utf8"));
  if (!about.license || (!texts.length && !author)) throw new Error(`no licence of ${name}`);
  const by = [author, ...others].filter(Boolean).join(", ");
  return [`${name}\n${about.license}${by ? `, ${by}` : ""}`, ...texts.map((text) => text.trim())].join("\n\n");
}

const shared = {
  absWorkingDir: here,
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "none",
  banner: { js: "/* The licences of what this contains: THIRD-PARTY.txt */" },
  metafile: true,
};
const named = (metafile, entry) => Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const engine = await build({ ...shared, entryPoints: ["src/worker.js"], loader: { ".wasm": "file" } });
const worker = basename(named(engine.metafile, "src/worker.js")[0]);
const pages = await build({
  ...shared,
  entryPoints: ["src/main.js", "src/question.js"],
  splitting: true,
  define: { WORKER: JSON.stringify(`./${worker}`) },
});
const inputs = [engine, pages].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const oxigraph = join(here, "node_modules/oxigraph");
const { version } = JSON.parse(await readFile(join(oxigraph, "package.json"), "utf8"));
const licences = [
  ...(await Promise.all((await contents(inputs)).map(licence))),
  ...(await licencesOfCrates(here, version, await readFile(join(oxigraph, "web_bg.wasm")))),
];
const heading = "What this folder contains beside the program's own code, under these licences.";
await writeFile(join(out, "THIRD-PARTY.txt"), [heading, ...licences].join(`\n\n${"-".repeat(78)}\n\n`) + "\n");
const [[main, { cssBundle }], [question]] = ["src/main.js", "src/question.js"].map((entry) =>
  named(pages.metafile, entry),
);
const results = Object.keys(pages.metafile.outputs).find((file) => /question-\w+\.css$/.test(file));
const manifest = {
  script: basename(main),
  style: basename(cssBundle),
  question: basename(question),
  results: basename(results),
};
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest) + "\n");
for (const { metafile } of [engine, pages]) {
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    console.log(`${String(bytes).padStart(8)} ${basename(file)}`);
  }
}
