"""What a hosted site tells those who index it: its sitemap, which robots may come, and its releases as a feed."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from kg.project import Project
from kg.publication.released import releases

_XML = '<?xml version="1.0" encoding="utf-8"?>\n'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
MOST = 50_000
"""How many addresses a sitemap has (sitemaps.org): beyond it there are several, and an index of them."""


def sitemaps(pages: Sequence[str], *, base: str, most: int = MOST) -> Mapping[str, str]:
    """Return the sitemap of pages, paths below ``base``: one file, or an index and its parts; texts by path."""
    addresses = [escape(base + quote(page, safe="/:@!$&'()*+,;=~")) for page in sorted(pages)]
    if len(addresses) <= most:
        return {"sitemap.xml": _urls(addresses)}
    parts = {
        f"sitemap-{number}.xml": _urls(addresses[start : start + most])
        for number, start in enumerate(range(0, len(addresses), most), 1)
    }
    entries = "".join(f"<sitemap><loc>{escape(base)}{name}</loc></sitemap>\n" for name in parts)
    return {"sitemap.xml": f"{_XML}<sitemapindex {_SITEMAP}>\n{entries}</sitemapindex>\n", **parts}


def _urls(addresses: Sequence[str]) -> str:
    entries = "".join(f"<url><loc>{address}</loc></url>\n" for address in addresses)
    return f"{_XML}<urlset {_SITEMAP}>\n{entries}</urlset>\n"


def robots(base: str) -> str:
    """Return what robots are told (RFC 9309): all may be read; where the sitemap is."""
    return f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"


def feed(project: Project, *, base: str, title: str) -> str | None:
    """Return the releases of a project, the newest first, as Atom (RFC 4287); None when it has none."""
    known = sorted(releases(project).values(), key=lambda released: released.version, reverse=True)
    if not known:
        return None
    address = escape(f"{base}releases.atom")
    entries = "".join(
        f"<entry><id>{escape(base)}release/{released.version}/</id><title>{escape(title)} {released.version}</title>"
        f"<updated>{released.date.isoformat()}T00:00:00Z</updated>"
        f'<link href="{escape(base)}release/{released.version}/{released.file.path}"/>'
        f"<summary>SHA-256 {released.digest}</summary></entry>\n"
        for released in known
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">\n<id>{address}</id><title>{escape(title)}</title>'
        f"<updated>{known[0].date.isoformat()}T00:00:00Z</updated><author><name>{escape(title)}</name></author>"
        f'<link rel="self" href="{address}"/>\n{entries}</feed>\n'
    )
