// The names of the things in answers, as the pages of the site have them.
const MOST = 2_000; // things whose names are asked for

/**
 * Return how IRIs are shown: those in the answers by their names in the data, passages by document and line, others of
 * the site by what follows its origin. `labels` and `languages` are where names stand, best first.
 */
export async function named(naming, answers, { labels, languages, origin, speaker }, ask) {
  const cells = answers.flatMap(({ rows = [] }) => rows.slice(0, MOST).flatMap((row) => Object.values(row)));
  const things = [...new Set(cells.filter(({ type }) => type === "uri").map(({ value }) => value))].slice(0, MOST);
  function unnamed(iri) {
    const short = naming.short(iri);
    if (short !== null || !iri.startsWith(origin)) return { text: short ?? iri };
    const [, document, line] = /^(.*)#line=\d+,(\d+)$/.exec(iri.slice(origin.length)) ?? [];
    return { text: line ? speaker.say("passage", document, line) : iri.slice(origin.length) };
  }
  const list = (iris) => iris.map((iri) => `<${iri}>`).join(" ");
  const query = `SELECT ?s ?p ?l { VALUES ?s { ${list(things)} } VALUES ?p { ${list(labels)} } ?s ?p ?l }`;
  const { rows } = things.length ? await ask(query) : { rows: [] };
  const best = new Map();
  for (const { s, p, l } of rows) {
    if (l.type !== "literal") continue;
    const language = languages.indexOf(l["xml:lang"]);
    const rank = [language < 0 ? languages.length : language, labels.indexOf(p.value)];
    const known = best.get(s.value);
    if (!known || before(rank, l.value, known)) best.set(s.value, { rank, text: l.value, lang: l["xml:lang"] });
  }
  return { ...naming, name: (iri) => best.get(iri) ?? unnamed(iri) };
}

function before(rank, text, known) {
  const [language, property] = [rank[0] - known.rank[0], rank[1] - known.rank[1]];
  return language < 0 || (language === 0 && (property < 0 || (property === 0 && text < known.text)));
}
