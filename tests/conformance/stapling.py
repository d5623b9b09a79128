"""nginx with a certificate of ours, which gives an answer of ours to whoever asks for the status with it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from patience import STOPPED_WITHIN

_CONFIGURATION = Template("""
daemon off; master_process off; pid $folder/nginx.pid; error_log $folder/error.log warn;
events {}
http {
  access_log off;
  client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder;
  uwsgi_temp_path $folder; scgi_temp_path $folder;
  server {
    listen $place ssl;
    ssl_certificate $folder/chain.pem; ssl_certificate_key $folder/key.pem;
    $stapling
    return 204;
  }
}
""")


@contextmanager
def serving(folder: Path, place: str, stapling: str) -> Iterator[None]:
    """`chain.pem` and `key.pem` of the folder at that place, with these directives about stapling; its log is `error.log`."""
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.substitute(folder=folder, place=place, stapling=stapling))
    with subprocess.Popen(["nginx", "-e", "stderr", "-p", str(folder), "-c", str(file)]) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=STOPPED_WITHIN)
