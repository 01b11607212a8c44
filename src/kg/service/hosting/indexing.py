"""What a hosted site tells those who index it: its sitemap, and which robots may come."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

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
