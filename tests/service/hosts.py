"""Real servers over a published folder, by the rules that are in it: nginx, Apache, Caddy and
what Netlify reads its rules with, on the loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication, publish
from kg.service.hosting.site import HostedSite
from tests.service.dereferencing import Client

BASE = "https://data.example/"
"""Where the folders say that they are."""
_NGINX = """\
daemon off;
pid {home}/pid;
error_log {home}/error.log;
user {user};
events {{ }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    map_hash_bucket_size 256;
    include {home}/site.conf;
}}
"""
_APACHE = """\
ServerRoot {home}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {home}/pid
ErrorLog {home}/error.log
{modules}
User www-data
Group www-data
TypesConfig /etc/mime.types
DocumentRoot {site}
<Directory {site}>
    AllowOverride All
    Require all granted
</Directory>
"""
_MODULES = ("mpm_event", "authz_core", "mime", "dir", "rewrite", "headers", "setenvif")


def written(project: Project, build: Build, out: Path) -> Publication:
    """Write a site as files."""
    return publish(build, project=project, out=out, base=BASE, pages=HostedSite(project, build))


def nginx(site: Path, home: Path, port: int) -> list[str]:
    """Write the settings of nginx for a site, and return the command that runs it."""
    rules = (site / "rules/nginx.conf").read_text(encoding="utf-8")
    rules = rules.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace("root /srv/site;", f"root {site};")
    (home / "site.conf").write_text(rules.replace("include mime.types;", "include /etc/nginx/mime.types;"))
    user = "root" if os.getuid() == 0 else "nobody"
    (home / "nginx.conf").write_text(_NGINX.format(home=home, user=user))
    return ["/usr/sbin/nginx", "-p", str(home), "-c", str(home / "nginx.conf")]


def apache(site: Path, home: Path, port: int) -> list[str]:
    """Write the settings of Apache for a site, and return the command that runs it."""
    loaded = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in _MODULES)
    (home / "apache.conf").write_text(_APACHE.format(home=home, port=port, site=site, modules=loaded))
    return ["/usr/sbin/apache2", "-f", str(home / "apache.conf"), "-DFOREGROUND"]


def caddy(site: Path, home: Path, port: int) -> list[str]:
    """Write the settings of Caddy for a site, and return the command that runs it."""
    rules = (site / "rules/Caddyfile").read_text(encoding="utf-8")
    rules = rules.replace(":8080 {", f"http://127.0.0.1:{port}, http://localhost:{port} {{").replace(
        "/srv/site", str(site)
    )
    (home / "Caddyfile").write_text("{\n\tadmin off\n}\n" + rules)
    own = [f"XDG_CONFIG_HOME={home}", f"XDG_DATA_HOME={home}"]
    return ["env", *own, "/usr/bin/caddy", "run", "--config", str(home / "Caddyfile"), "--adapter", "caddyfile"]


def netlify(site: Path, home: Path, port: int) -> list[str]:
    """Return the command that hosts a site by Netlify's own readers of ``_redirects`` and ``_headers``."""
    return ["node", str(Path(__file__).parents[1] / "clients" / "netlify.js"), str(site), str(port)]


@contextmanager
def hosting(command: Callable[[Path, Path, int], list[str]], folder: Path, project: Project) -> Iterator[Client]:
    """Host a copy of a published folder by a server, at the root of an address."""
    with tempfile.TemporaryDirectory(prefix="kg-host-") as name, socket.socket() as free:
        home = Path(name)
        home.chmod(0o755)  # servers read as another user
        site = home / "site"
        shutil.copytree(folder, site)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        with subprocess.Popen(command(site, home, port), stderr=subprocess.PIPE, text=True) as process:
            try:
                _wait(port, process)
                yield Client(port, project)
            finally:
                process.terminate()
                process.wait()


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(process.stderr.read() if process.stderr and process.poll() is not None else "no answer")
