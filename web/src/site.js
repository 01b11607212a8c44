// What the page tells its scripts: addresses, prefixes and limits; and how its IRIs are shown.
const written = (id) => JSON.parse(document.getElementById(id).textContent);
const absolute = (address) => (address === null ? null : new URL(address, document.baseURI).href);

/** Return what the page says of the site, its addresses made absolute. */
export function told() {
  const site = written("site");
  return { ...site, endpoint: absolute(site.endpoint), terms: absolute(site.terms), dump: absolute(site.dump) };
}

export const question = () => written("question");

/** Return how IRIs are shown: short where a prefix fits, and linked to the pages of this site where it has them. */
export function naming({ prefixes, origin, root, suffix }) {
  const spaces = Object.entries(prefixes).sort(([, one], [, other]) => other.length - one.length);
  return {
    short(iri) {
      const found = spaces.find(([, space]) => iri.startsWith(space) && /^[\w-]*$/.test(iri.slice(space.length)));
      return found ? `${found[0]}:${iri.slice(found[1].length)}` : null;
    },
    /** What an IRI is called, and in which language. */
    name(iri) {
      return { text: this.short(iri) ?? iri };
    },
    address(iri) {
      if (!iri.startsWith(origin)) return /^https?:/.test(iri) ? iri : null;
      const [stem, fragment] = iri.slice(origin.length).split("#", 2);
      const [, line] = /^line=\d+,(\d+)$/.exec(fragment ?? "") ?? [];
      const path = line ? `${stem}/line/${line}` : fragment ? `${stem}/${fragment}` : stem;
      return `${root}/${encodeURI(path).replace(/%25/g, "%").replace(/\?/g, "%3F")}${suffix}`;
    },
  };
}
