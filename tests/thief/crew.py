"""The thief: one script, run under each of the accounts that he has. He never is root, and never the owner."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chopmark.config.accounts import Part
from patience import ENDS_WITHIN
from thief.accounts import THIEFS
from thief.house import House


@dataclass
class Crew:
    house: House
    heard: list[str] = field(default_factory=list)  # whatever he was told, to be searched at the end

    def does(self, part: Part, verb: str, **given: Any) -> Any:
        """Have the script do one thing under one account; what it says is kept."""
        return self.ends(self.begins(part, verb, **given))

    def begins(self, part: Part, verb: str, **given: Any) -> subprocess.Popen[str]:
        assert part in THIEFS, "the thief is not the owner"
        entry = self.house.entries[part]
        doing = subprocess.Popen(
            [self.house.python, "-m", "thief.at_work", verb],
            env=self.house.environment(),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=entry.pw_uid,
            group=entry.pw_gid,
            extra_groups=[],
        )
        assert doing.stdin is not None
        json.dump(given, doing.stdin)
        doing.stdin.close()
        doing.stdin = None
        return doing

    def ends(self, doing: subprocess.Popen[str]) -> Any:
        out, err = doing.communicate(timeout=ENDS_WITHIN)
        assert doing.returncode == 0, err
        self.heard.append(out)
        return json.loads(out)

    def begins_asking(self, verb: str, body: dict[str, Any], *, threads: int) -> subprocess.Popen[str]:
        """Have the worker's account ask the same again and again, from now until `stops_asking`."""
        socket = str(self.house.home.strongroom_socket)
        one = {"verb": verb, "body": body}
        return self.begins(Part.WORKER, "keeps_asking", socket=socket, one=one, threads=threads)

    def stops_asking(self, asking: subprocess.Popen[str]) -> list[dict[str, Any]]:
        """Every answer, in the order in which they came, with the moments of its question and of itself."""
        asking.terminate()
        answers: list[dict[str, Any]] = self.ends(asking)
        return sorted(answers, key=lambda answer: answer["ended"])

    def asks(self, *bodies: dict[str, Any], verb: str = "open") -> list[dict[str, Any]]:
        """Ask at the machine door as the worker, one after the other; each answer has its `status`."""
        socket = str(self.house.home.strongroom_socket)
        asked = [{"verb": body.pop("verb", verb), "body": body} for body in map(dict, bodies)]
        answers: list[dict[str, Any]] = self.does(Part.WORKER, "asks", socket=socket, asked=asked)
        return answers

    def sql(self, *statements: str) -> list[Any]:
        """Say something to the authority's database as its superuser: rows, or the error."""
        found: list[Any] = self.does(
            Part.POSTGRESQL, "sql", dsn=self.house.superuser, statements=list(statements)
        )
        return found


def shown(answers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What of the answers holds anything of a record."""
    return [
        answer
        for answer in answers
        if answer["status"] == 200 and (answer.get("fields") or answer.get("records"))
    ]


def refusals(answers: Iterable[dict[str, Any]]) -> list[str]:
    return [answer["refused"] for answer in answers if "refused" in answer]
