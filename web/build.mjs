// Builds the editor into the folder that the service serves, with the licences of what the bundle contains.
import { build } from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

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

async function licence(name) {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^licen[cs]e/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  const author = typeof about.author === "string" ? about.author : about.author?.name;
  const others = (about.contributors ?? []).map((person) => person.name ?? person);
  if (!about.license || (!texts.length && !author)) throw new Error(`no licence of ${name}`);
  const head = `${name}\n${about.license}${author ? `, ${[author, ...others].join(", ")}` : ""}`;
  return [head, ...texts.map((text) => text.trim())].join("\n\n");
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  banner: { js: "/* The licences of what this contains: THIRD-PARTY.txt */" },
  metafile: true,
});
const licences = await Promise.all((await contents(Object.keys(metafile.inputs))).map(licence));
const heading = "What this folder contains beside the program's own code, under these licences.";
await writeFile(join(out, "THIRD-PARTY.txt"), [heading, ...licences].join(`\n\n${"-".repeat(78)}\n\n`) + "\n");
const outputs = Object.entries(metafile.outputs);
const main = outputs.find(([, output]) => output.entryPoint === "src/main.js");
const manifest = { script: basename(main[0]), style: basename(main[1].cssBundle) };
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest) + "\n");
for (const [file, { bytes }] of outputs) console.log(`${String(bytes).padStart(8)} ${basename(file)}`);
