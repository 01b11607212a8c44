// The names of the things in answers, as the pages of the site have them.
const MOST = 2_000; // things whose names are asked for

/** Return how IRIs are shown, those in the answers by their names in the data; `told` says where these are. */
export async function named(naming, answers, { labels, languages }, ask) {
  const cells = answers.flatMap(({ rows = [] }) => rows.slice(0, MOST).flatMap((row) => Object.values(row)));
  const things = [...new Set(cells.filter(({ type }) => type === "uri").map(({ value }) => value))].slice(0, MOST);
  if (!things.length) return naming;
  const list = (iris) => iris.map((iri) => `<${iri}>`).join(" ");
  const query = `SELECT ?s ?p ?l { VALUES ?s { ${list(things)} } VALUES ?p { ${list(labels)} } ?s ?p ?l }`;
  const { rows } = await ask(query);
  const best = new Map();
  for (const { s, p, l } of rows) {
    if (l.type !== "literal") continue;
    const language = languages.indexOf(l["xml:lang"]);
    const rank = [language < 0 ? languages.length : language, labels.indexOf(p.value)];
    const known = best.get(s.value);
    if (!known || before(rank, l.value, known)) best.set(s.value, { rank, text: l.value, lang: l["xml:lang"] });
  }
  return { ...naming, name: (iri) => best.get(iri) ?? naming.name(iri) };
}

function before(rank, text, known) {
  const [language, property] = [rank[0] - known.rank[0], rank[1] - known.rank[1]];
  return language < 0 || (language === 0 && (property < 0 || (property === 0 && text < known.text)));
}
