// The editor of queries: Yasqe, without what it says in English, keeps, or asks elsewhere.
import Yasqe from "@zazuko/yasqe";
import { register } from "./completion.js";
import { h } from "./dom.js";

/** Put an editor into an element; `run` is called when the keyboard asks for it. */
export function edit(parent, { query, vocabulary, naming, speaker, help, run }) {
  register(Yasqe, vocabulary, naming, speaker);
  Yasqe.defaults.gutters = ["gutterErrorBar", "CodeMirror-linenumbers"]; // lists given as options are merged
  const yasqe = new Yasqe(parent, {
    value: "",
    foldGutter: false,
    resizeable: false,
    showQueryButton: false,
    createShareableLink: null,
    consumeShareLink: null,
    persistenceId: null,
    syntaxErrorCheck: false,
    editorHeight: null,
    inputStyle: "contenteditable", // what is written is there to be read, by screen readers too
    screenReaderLabel: speaker.say("editor"),
    extraKeys: { Tab: false, "Shift-Tab": false, Esc: false, "Ctrl-S": false, "Ctrl-Enter": run, "Cmd-Enter": run },
  });
  yasqe.showNotification = () => {};
  yasqe.checkSyntax = () => check(yasqe, speaker);
  // The endpoint knows these prefixes: the grammar is to know them too.
  const mode = yasqe.getMode();
  const begin = mode.startState;
  mode.startState = () => ({ ...begin(), prefixes: { ...vocabulary.prefixes } });
  const input = yasqe.getInputField();
  for (const [name, value] of [
    ["role", "textbox"],
    ["aria-multiline", "true"],
    ["aria-describedby", help],
  ]) {
    input.setAttribute(name, value);
  }
  yasqe.on("autocompletionShown", (_, { hints }) => {
    hints.setAttribute("aria-label", speaker.say("terms"));
    hints.tabIndex = 0; // it can be scrolled; Tab takes the chosen term before it comes here
  });
  new ResizeObserver(() => yasqe.refresh()).observe(yasqe.getWrapperElement());
  let marked = [];

  function clear() {
    for (const mark of marked) mark.clear();
    marked = [];
    yasqe.eachLine((line) => void yasqe.removeLineClass(line, "background", "line-error"));
  }

  yasqe.setValue(query);
  yasqe.clearHistory();
  yasqe.on("change", clear);
  return {
    get query() {
      return yasqe.getValue();
    },
    set query(text) {
      yasqe.setValue(text);
    },
    format: () => yasqe.autoformat(),
    focus: () => yasqe.focus(),
    clear,
    /** Show where an error is; the place is counted from 1. */
    mark({ line, column }) {
      clear();
      const number = Math.min(line, yasqe.lineCount()) - 1;
      const text = yasqe.getLine(number);
      const start = Math.max(0, Math.min(column - 1, text.length - 1));
      yasqe.addLineClass(number, "background", "line-error");
      const range = [
        { line: number, ch: start },
        { line: number, ch: start + 1 },
      ];
      marked = [yasqe.getDoc().markText(...range, { className: "place-error" })];
      yasqe.scrollIntoView(range[0], 40);
    },
    goto({ line, column }) {
      yasqe.focus();
      yasqe.setCursor({ line: line - 1, ch: column - 1 });
    },
  };
}

/** Mark the first line that the grammar does not have, and say what it expects there. */
function check(yasqe, speaker) {
  yasqe.clearGutter("gutterErrorBar");
  for (let line = 0; line < yasqe.lineCount(); line++) {
    const { state } = yasqe.getTokenAt({ line, ch: yasqe.getLine(line).length }, true);
    if (state.OK !== false) continue;
    const [, prefix] = /^Prefix '(.*)' is not defined$/.exec(state.errorMsg ?? "") ?? [];
    const due = (state.possibleCurrent ?? []).slice(0, 20).join(" ");
    const expected = due && ` ${speaker.say("expected", due)}`;
    const told = prefix === undefined ? speaker.say("invalid") + expected : speaker.say("undeclared", prefix);
    yasqe.setGutterMarker(line, "gutterErrorBar", h("span", { class: "syntax-error", title: told }, "!"));
    return;
  }
}
