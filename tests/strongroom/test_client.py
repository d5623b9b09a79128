import subprocess
import sys


def test_it_works_for_a_stranger_without_django_or_a_database():
    """What the operator's side imports brings nothing of the strongroom's with it."""
    seen = "import sys, chopmark.strongroom.client; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    modules = run.stdout.split()
    assert not {"django", "psycopg"} & set(modules)
    ours = {name for name in modules if name.startswith("chopmark.")}
    assert ours == {
        "chopmark.pki",
        "chopmark.pki.refusals",
        "chopmark.strongroom",
        "chopmark.strongroom.client",
    }
