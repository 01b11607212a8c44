// Geometries as well-known text (OGC 06-103r4, section 7; GeoSPARQL 1.0, section 8.5.1).
export const WKT = "http://www.opengis.net/ont/geosparql#wktLiteral";
const LONGITUDE_FIRST = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const LATITUDE_FIRST = /^http:\/\/www\.opengis\.net\/def\/crs\/EPSG\/[^/]+\/(4326|4258)$/;
const TOKEN = /\s*(?:([A-Za-z]+)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([(),]))/y;

/**
 * Return the points, lines and polygons of a literal, each as lists of [longitude, latitude]; null when it is no
 * well-known text or of a reference system that is not in degrees.
 */
export function parse(literal) {
  const [, system = LONGITUDE_FIRST, text] = /^\s*(?:<([^>]*)>)?([^]*)$/.exec(literal);
  const swapped = LATITUDE_FIRST.test(system);
  if (!swapped && system !== LONGITUDE_FIRST) return null;
  try {
    const reader = new Reader(text, swapped);
    const shapes = { points: [], lines: [], polygons: [] };
    reader.geometry(shapes);
    reader.end();
    return shapes;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

class Reader {
  constructor(text, swapped) {
    this.text = text.trimEnd();
    this.swapped = swapped;
    this.place = 0;
    this.next();
  }

  next() {
    const read = this.token;
    if (this.place === this.text.length) {
      this.token = null;
      return read;
    }
    TOKEN.lastIndex = this.place;
    const found = TOKEN.exec(this.text);
    if (!found) throw new SyntaxError(`unexpected ${this.text[this.place]}`);
    this.place = TOKEN.lastIndex;
    this.token = found[1]?.toUpperCase() ?? found[2] ?? found[3];
    return read;
  }

  take(token) {
    if (this.token !== token) throw new SyntaxError(`expected ${token}`);
    this.next();
  }

  end() {
    if (this.token !== null) throw new SyntaxError("expected the end");
  }

  geometry(shapes) {
    const kind = this.next();
    if (/^(Z|M|ZM)$/.test(this.token)) this.next();
    if (this.token === "EMPTY") return void this.next();
    switch (kind) {
      case "POINT":
        return void shapes.points.push(this.parenthesised(() => this.position()));
      case "MULTIPOINT":
        return void shapes.points.push(
          ...this.list(() => (this.token === "(" ? this.parenthesised(() => this.position()) : this.position())),
        );
      case "LINESTRING":
        return void shapes.lines.push(this.line());
      case "MULTILINESTRING":
        return void shapes.lines.push(...this.list(() => this.line()));
      case "POLYGON":
        return void shapes.polygons.push(this.list(() => this.line()));
      case "MULTIPOLYGON":
        return void shapes.polygons.push(...this.list(() => this.list(() => this.line())));
      case "GEOMETRYCOLLECTION":
        return void this.list(() => this.geometry(shapes));
      default:
        throw new SyntaxError(`unknown geometry ${kind}`);
    }
  }

  parenthesised(read) {
    this.take("(");
    const found = read();
    this.take(")");
    return found;
  }

  list(read) {
    return this.parenthesised(() => {
      const found = [read()];
      while (this.token === ",") {
        this.next();
        found.push(read());
      }
      return found;
    });
  }

  line() {
    return this.list(() => this.position());
  }

  position() {
    const numbers = [];
    while (this.token !== null && /^[-+.\d]/.test(this.token)) numbers.push(Number(this.next()));
    if (numbers.length < 2 || numbers.length > 4) throw new SyntaxError("expected a position");
    return this.swapped ? [numbers[1], numbers[0]] : [numbers[0], numbers[1]];
  }
}
