// What the editor suggests: variables, prefixes, and the classes and properties of the graph by name or label.
const MOST = 100;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Return what a query may name: what is written, what it is called, how often it is used. */
export function entries({ prefixes, classes, properties }, naming) {
  const named =
    (kind) =>
    ([iri, label, uses]) => {
      const text = naming.short(iri) ?? `<${iri}>`;
      return { kind, text, iri, label, uses, searched: [text, text.replace(/^[^:<]*:/, ""), label].map(plain) };
    };
  return [
    ...classes.map(named("class")),
    ...properties.map(named("property")),
    ...Object.entries(prefixes).map(([name, space]) => {
      return { kind: "prefix", text: `${name}:`, label: space, uses: 0, searched: [`${name}:`] };
    }),
  ];
}

/** Return the entries that begin with what is typed, or else have it in them, the most used first; of the kind due. */
export function matching(all, typed, kind) {
  const searched = plain(typed);
  const found = [];
  for (const entry of all) {
    if (entry.kind !== "prefix" && kind && entry.kind !== kind) continue;
    if (entry.text === typed) continue;
    const begins = entry.searched.some((text) => text.startsWith(searched));
    if (!begins && (searched.length < 2 || !entry.searched.some((text) => text.includes(searched)))) continue;
    // A prefix comes first once it has been begun, and last before.
    found.push([begins ? 0 : 1, (entry.kind === "prefix") === (searched !== "") ? 0 : 1, -entry.uses, entry]);
  }
  found.sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]);
  return found.slice(0, MOST).map(([, , , entry]) => entry);
}

/** Tell which kind of term is due at a token: after `a` a class, where a verb may stand a property. */
function due(yasqe, token) {
  const cursor = yasqe.getDoc().getCursor();
  const before = yasqe.getPreviousNonWsToken(cursor.line, token);
  if (["a", "rdf:type"].includes(before.string) && before.type !== null) return "class";
  return token.state.possibleCurrent?.includes("a") ? "property" : null;
}

/** Give the class Yasqe these completers instead of its own, which ask sites elsewhere. */
export function register(Yasqe, vocabulary, naming, speaker) {
  const all = entries(vocabulary, naming);
  const byText = new Map(all.map((entry) => [entry.text, entry]));

  function show(element, _, hint) {
    const entry = byText.get(hint.text);
    element.textContent = hint.text;
    if (!entry) return;
    const note = document.createElement("span");
    note.className = "hint-note";
    const uses = entry.uses ? ` (${speaker.say("uses", speaker.number(entry.uses))})` : "";
    note.textContent = ` ${entry.label}${uses}`;
    element.append(note);
  }

  const terms = {
    bulk: false,
    get: (yasqe, token) => matching(all, token.string.trim(), due(yasqe, token)).map((entry) => entry.text),
    postprocessHints: (_, hints) => hints.map((hint) => ({ ...hint, render: show })),
  };
  const place = (yasqe) => {
    const token = yasqe.getCompleteToken();
    const { line } = yasqe.getDoc().getCursor();
    const before = yasqe.getPreviousNonWsToken(line, token).string.toUpperCase();
    const elsewhere = ["comment", "string", "keyword"].includes(token.type) || /^[?$"'#]/.test(token.string);
    return { token, free: !elsewhere && before !== "PREFIX" && !/^(PREFIX|BASE)$/i.test(token.string) };
  };
  const own = [
    Yasqe.Autocompleters.variables,
    {
      ...Yasqe.Autocompleters.prefixes,
      onInitialize: undefined, // it declares prefixes that the endpoint knows
      persistenceId: undefined,
      get: () => Object.entries(vocabulary.prefixes).map(([name, space]) => `${name}: <${space}>`),
    },
    {
      ...terms,
      name: "typed",
      autoShow: true,
      isValidCompletionPosition: (yasqe) => {
        const { token, free } = place(yasqe);
        return free && /^<?[\p{L}_][\p{L}\w-]*:?/u.test(token.string) && !/^(a|true|false)$/.test(token.string);
      },
    },
    {
      ...terms,
      name: "asked",
      autoShow: false,
      isValidCompletionPosition: (yasqe) => {
        const { token, free } = place(yasqe);
        return free && token.string.trim() === "";
      },
    },
  ];
  Yasqe.defaults.autocompleters = [];
  for (const completer of own) Yasqe.registerAutocompleter(completer);
}
