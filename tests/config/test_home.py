import os
import shutil
import threading
from pathlib import Path
from tempfile import mkdtemp

import pytest

from chopmark.config import options
from chopmark.config.faults import Fault
from chopmark.config.home import make_home, open_home


@pytest.fixture
def path() -> Path:
    path = Path(mkdtemp(prefix="chopmark-home-"))
    yield path
    shutil.rmtree(path)


def test_it_works(path):
    home = make_home(path / "new")
    assert open_home(path / "new").config == home.config
    assert len({home.port("web"), home.port("desk"), home.port("responder")}) == 3
    assert home.path.stat().st_mode & 0o777 == 0o700


def test_ports_and_identity_are_chosen_once(path):
    assert make_home(path).config == make_home(path).config


def test_a_secret_is_made_once_and_is_for_its_owner_alone(path):
    home = make_home(path)
    said = []
    readers = [threading.Thread(target=lambda: said.append(home.secret("a.password"))) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(set(said)) == 1
    assert len(said[0]) > 32
    assert (path / "secrets" / "a.password").stat().st_mode & 0o777 == 0o600


def test_two_do_not_run_one_home(path):
    home = make_home(path)
    with home.alone("up"), pytest.raises(Fault, match="already running"), home.alone("up"):
        pass


def test_a_socket_folder_is_short_however_long_the_home(path):
    deep = path
    while len(os.fsencode(deep)) < 200:
        deep = deep / "a-folder-in-a-folder"
    home = make_home(deep)
    assert len(os.fsencode(home.sockets_place / "authority.pg" / ".s.PGSQL.5432")) < 100


def test_a_home_that_is_not_there_says_how_to_make_it(path):
    with pytest.raises(Fault, match="chopmark up"):
        open_home(path / "nowhere")


def test_production_refuses_values_of_development(path):
    make_home(path)
    config = path / "config.toml"
    config.write_text(config.read_text().replace("production = false", "production = true"))
    with pytest.raises(Fault):
        options.load({"CHOPMARK_HOME": str(path), "CHOPMARK_PROCESS": "web"})


def test_an_unknown_process_does_not_start(path):
    make_home(path)
    with pytest.raises(ValueError, match="cleaner"):
        options.load({"CHOPMARK_HOME": str(path), "CHOPMARK_PROCESS": "cleaner"})


def test_passwords_are_not_in_what_options_print(path):
    home = make_home(path)
    loaded = options.load({"CHOPMARK_HOME": str(path), "CHOPMARK_PROCESS": "web"})
    assert home.secret("chopmark_web.password") == loaded.database_password
    assert loaded.database_password not in repr(loaded)
    assert loaded.secret_key not in repr(loaded)
