// Where a query does not parse, as the service says it.
const UPDATE = /^\s*(insert|delete|load|clear|create|drop|copy|move|add|with)\b/i;
const bytes = (text) => new TextEncoder().encode(text);

/**
 * Return what is wrong and its place, from 1, of what the parser says against a text that begins with `shift`
 * characters of ours on the first line; null when it says no place.
 */
export function place(message, query, shift) {
  const [, row, across, rest] = /^error at (\d+):(\d+): (?:expected )?(?:one of )?([^]*)$/.exec(message) ?? [];
  if (!row) return null;
  // The parser also lists the characters that a name may have.
  const wanted = rest.split(/, (?![^[]*\])/).filter((item) => !item.startsWith("["));
  const lines = query.split("\n");
  const line = Number(row);
  const reached = [...(lines[line - 1] ?? "")].slice(0, Math.max(0, Number(across) - 1 - (line === 1 ? shift : 0)));
  let before = [...lines.slice(0, line - 1), reached.join("")].join("\n");
  if (wanted.length && wanted.every((item) => /^[A-Z_]+$/.test(item))) {
    // Where it wants a keyword it has already passed over as many bytes.
    const kept = bytes(before).slice(0, -wanted[0].length);
    before = new TextDecoder().decode(kept).replace(/\uFFFD+$/, "");
  }
  const number = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const shown = `    ${lines[number - 1]}\n    ${" ".repeat(column - 1)}^`;
  const expected = wanted.length ? `expected ${wanted.slice(0, 6).join(" or ")}` : "not expected here";
  const why = UPDATE.test(query) ? "an update is not a query" : expected;
  return { message: `the query does not parse: ${why}\n${shown}`, place: { line: number, column } };
}
