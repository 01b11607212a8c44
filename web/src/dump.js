// The published data: fetched once, checked, and kept by the browser under their digest.
const hexadecimal = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What came is not what was announced. */
export class Damaged extends Error {}

/** Return the N-Quads of a dump as bytes; `tell` is told how many have come. Raises Damaged. */
export async function fetched(dump, tell) {
  const kept = await opened(dump);
  const key = `${dump.files.at(-1).path}?sha256=${dump.sha256}`;
  const known = await kept?.match(key);
  if (known) {
    tell({ state: "cached" });
    const plain = await unpacked(await known.blob());
    if (await intact(plain, dump)) return plain;
    await kept.delete(key);
  }
  const came = await downloaded(dump, tell);
  const plain = await unpacked(came);
  if (!(await intact(plain, dump))) throw new Damaged();
  await keep(kept, key, came);
  return plain;
}

/** Return the cache of this site; null where the browser has none for it, or wants none. */
async function opened(dump) {
  return (await globalThis.caches?.open(`data of ${new URL(".", dump.files[0].path)}`).catch(() => null)) ?? null;
}

/** Keep what came, and no other: a graph has one release at a time. */
async function keep(kept, key, came) {
  try {
    for (const request of (await kept?.keys()) ?? []) await kept.delete(request);
    await kept?.put(key, new Response(came));
  } catch {
    // There is no room: it will be fetched again.
  }
}

async function downloaded({ bytes: whole, files }, tell) {
  const readable = files.filter(({ encoding }) => !encoding || globalThis.DecompressionStream);
  for (const { path, bytes } of readable) {
    const response = await fetch(path, { cache: "no-cache" });
    if (!response.ok) continue;
    const pieces = [];
    let loaded = 0;
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(pieces);
      pieces.push(value);
      loaded += value.length;
      tell({ state: "download", loaded, total: loaded > bytes ? whole : bytes }); // the browser may have unpacked it
    }
  }
  throw new Damaged();
}

/** Return the bytes of a file, unpacked where it is packed: some servers say so, and the browser has done it then. */
async function unpacked(blob) {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b) return new Uint8Array(await blob.arrayBuffer());
  const stream = blob.stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return new Uint8Array(); // cut off
  }
}

/** Tell whether bytes are those of the digest; where the browser has none, without HTTPS, whether they are as many. */
async function intact(plain, { bytes, sha256 }) {
  if (plain.length !== bytes) return false;
  return !globalThis.crypto?.subtle || hexadecimal(await crypto.subtle.digest("SHA-256", plain)) === sha256;
}
