// Host a folder as Netlify does, by Netlify's own readers of _redirects and _headers: `node netlify.js FOLDER PORT`.
// A file goes before a rule, unless the rule is forced; headers are those of the address that is asked for.
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { HeadersHandler } from "@netlify/headers";
import { RedirectsHandler } from "@netlify/redirects";
import { StaticHandler } from "@netlify/static";

const [folder, port] = process.argv.slice(2);
const files = new StaticHandler({ directory: folder });
const redirects = new RedirectsHandler({
  configRedirects: [],
  jwtRoleClaim: "",
  jwtSecret: "",
  projectDir: folder,
  publicDir: folder,
});
const headers = new HeadersHandler({ projectDir: folder, logger: console });

const fileOf = async (request) => (await files.match(request))?.handle;

async function answer(request) {
  const rule = await redirects.match(request);
  const found = await fileOf(request);
  const response = found && !rule?.force ? await found() : rule && (await redirects.handle(request, rule, fileOf));
  if (response && !(rule?.statusCode === 404 && !found)) return response;
  const { body, headers } = await (await fileOf(new Request(new URL("/404.html", request.url))))();
  return new Response(body, { status: 404, headers });
}

createServer(async (incoming, outgoing) => {
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: incoming.headers,
  });
  const response = await answer(request);
  if (response.status < 300 || response.status > 399) await headers.apply(request, response);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body && incoming.method !== "HEAD") Readable.fromWeb(response.body).pipe(outgoing);
  else outgoing.end();
}).listen(Number(port), "127.0.0.1");
