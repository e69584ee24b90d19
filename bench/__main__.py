"""`make bench`: each endpoint beside its yardstick, in alternating rounds of the same run.

Prints a table and writes the same figures, with every round, as JSON.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.settings import Settings, make_key_file, signing_key
from bench import bare, engines, report, served
from bench.endpoints import Endpoint, chosen, token
from bench.filling import fill
from bench.population import House
from bench.processes import Generator, Server, server, worker
from bench.traffic import BUSY

WARM = 2.0  # seconds before the first round of each endpoint, not counted: caches fill, statements compile


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    names: str


@dataclass
class Site:
    """One filled database, its settings, and the house that lives in it."""

    house: House
    key: bytes
    directory: Path
    environment: dict[str, str]
    postmaster: int

    @property
    def log(self) -> Path:
        return self.directory / "log"


def main() -> None:
    options = _options()
    plan = (
        Plan(3, 0.5, options.only) if options.quick else Plan(options.rounds, options.seconds, options.only)
    )
    sizes = [10_000] if options.quick else [int(size) for size in options.people.split(",")]
    told: dict[str, Any] = {"machine": report.machine(), "plan": vars(plan), "engines": {}, "results": []}
    names = ("sqlite", "postgresql") if options.engine == "both" else (options.engine,)
    generator = Generator()
    try:
        for engine in names:
            for size in sizes:
                with _site(engine, size) as (site, version):
                    told["engines"][engine] = version
                    for result in _measure(site, list(chosen(plan.names)), plan, generator):
                        told["results"].append({"engine": engine, "people": size, **result})
                        print(report.line(told["results"][-1]), flush=True)
    finally:
        generator.stop()
    Path(options.json).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(options.json).write_text(json.dumps(told, indent=1))
    print(report.table(told))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--people", default="10000,100000", help="sizes, comma separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round, on each side")
    parser.add_argument("--only", default="", help="endpoints, comma separated")
    parser.add_argument(
        "--quick", action="store_true", help="10 000 people and short rounds: about two minutes"
    )
    parser.add_argument("--json", default="var/bench.json", help="where the figures are written")
    return parser.parse_args()


@contextmanager
def _site(engine: str, people: int) -> Iterator[tuple[Site, str]]:
    """A database of that size in a directory of its own, removed afterwards."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shubbak-bench-")))
        data = directory / "data"
        postmaster = 0
        if engine == "sqlite":
            url, version = f"sqlite:///{data / 'shubbak.db'}", f"SQLite {report.sqlite()}"
        else:
            host = stack.enter_context(engines.postgresql())
            url = stack.enter_context(engines.database(host))
            version, postmaster = engines.version(host), engines.postmaster(host)
        config = Settings(data_dir=data, database_url=url)
        make_key_file(config)
        print(f"filling {engine} with {people} people", file=sys.stderr, flush=True)
        house = fill(url, people)
        environment = {"SHUBBAK_DATA_DIR": str(data), "SHUBBAK_DATABASE_URL": url}
        site = Site(house, signing_key(config), directory, environment, postmaster)
        if engine == "postgresql":
            stack.enter_context(worker(environment, site.log))
        yield site, version


def _measure(
    site: Site, endpoints: list[Endpoint], plan: Plan, generator: Generator
) -> Iterator[dict[str, Any]]:
    """Rounds of each yardstick and the real thing in turn, all servers running all the while."""
    with ExitStack() as stack:
        environment = {
            **site.environment,
            served.TRUSTED: token(site.house, site.house.workers[0][0], site.key),
        }
        kinds = {endpoint.kind for endpoint in endpoints} | {endpoint.beside for endpoint in endpoints}
        servers = {
            kind: stack.enter_context(server(kind, environment, site.log, site.postmaster))
            for kind in sorted(kinds - {"bare"})
        }
        bodies = {
            endpoint.name: generator.drive(_job(site, endpoint, servers[endpoint.kind], -1, WARM))["body"]
            for endpoint in endpoints
        }
        environment[bare.BODIES] = stack.enter_context(tempfile.TemporaryDirectory(dir=site.directory))
        for endpoint in endpoints:
            method = endpoint.requests(site.house, 0)[0].method
            (Path(environment[bare.BODIES]) / f"{method}_{endpoint.name}").write_text(bodies[endpoint.name])
        servers["bare"] = stack.enter_context(server("bare", environment, site.log))
        for endpoint in endpoints:
            beside, real = servers[endpoint.beside], servers[endpoint.kind]
            generator.drive(_yardstick(site, endpoint, beside, WARM))
            generator.drive(_job(site, endpoint, real, plan.rounds, WARM))
            yield report.judge(
                endpoint,
                [_round(site, endpoint, beside, real, plan, generator, n) for n in range(plan.rounds)],
            )


def _round(
    site: Site, endpoint: Endpoint, beside: Server, real: Server, plan: Plan, generator: Generator, n: int
) -> dict[str, dict[str, float]]:
    real.settle()
    return {
        "yardstick": _timed(generator, beside, _yardstick(site, endpoint, beside, plan.seconds)),
        "measured": _timed(generator, real, _job(site, endpoint, real, n, plan.seconds)),
    }


def _job(site: Site, endpoint: Endpoint, to: Server, round_: int, seconds: float) -> dict[str, Any]:
    proof = endpoint.proof(site.house, site.key)
    return {
        "port": to.port,
        "connections": BUSY,
        "seconds": seconds,
        "status": endpoint.status,
        "once": endpoint.once,
        "requests": [request.text(proof) for request in endpoint.requests(site.house, round_ + 1)],
    }


def _yardstick(site: Site, endpoint: Endpoint, to: Server, seconds: float) -> dict[str, Any]:
    job = _job(site, endpoint, to, 0, seconds) | {"status": 200, "once": False}
    if endpoint.beside == "bare":
        proof = endpoint.proof(site.house, site.key)
        sent = endpoint.requests(site.house, 0)[0]
        job["requests"] = [type(sent)(sent.method, f"/{endpoint.name}", sent.body).text(proof)]
    return job


def _timed(generator: Generator, to: Server, job: dict[str, Any]) -> dict[str, float]:
    before = to.cpu()
    told = generator.drive(job)
    to.settle()  # what was only promised belongs to the request too: events are delivered after the answer
    used = to.cpu() - before
    return {
        "per_second": told["requests"] / told["seconds"],
        "cpu_ms": used * 1000 / told["requests"],
        "p50_ms": told["p50"],
        "p95_ms": told["p95"],
    }


if __name__ == "__main__":
    main()
