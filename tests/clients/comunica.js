// Print what Comunica finds in some sources: `node comunica.js QUERY SOURCE…`, one JSON object per solution or quad.
// A source is an address, or sparql@ADDRESS for one that is known to be an endpoint.
import { QueryEngine } from "@comunica/query-sparql";

const [query, ...names] = process.argv.slice(2);
const sources = names.map((name) =>
  name.startsWith("sparql@") ? { type: "sparql", value: name.slice("sparql@".length) } : name,
);
const result = await new QueryEngine().query(query, { sources });
if (result.resultType === "bindings") {
  for await (const solution of await result.execute()) {
    console.log(JSON.stringify(Object.fromEntries([...solution].map(([name, term]) => [name.value, term.value]))));
  }
} else if (result.resultType === "quads") {
  for await (const { subject, predicate, object } of await result.execute()) {
    console.log(JSON.stringify({ s: subject.value, p: predicate.value, o: object.value }));
  }
} else {
  console.log(JSON.stringify(await result.execute()));
}
