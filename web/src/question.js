// The page of a saved query: where nobody has answered for the values of its address, this browser does.
import "./style.css";
import { given } from "./parameters.js";
import { question } from "./site.js";

const told = question();
const asked = given(location.search, told.parameters);
const sorted = (values) => JSON.stringify(Object.entries(values).sort());

// A server answers for what it is asked; a folder of files has one answer, that of the values that stand in the query.
if (sorted(asked) !== sorted(told.given)) {
  const { answer } = await import("./asking.js");
  await answer(told, asked);
}
