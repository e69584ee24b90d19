"""From rounds to figures: medians, how far the rounds lie apart, what was wanted and how cost grows."""

import os
import platform
import sqlite3
from pathlib import Path
from statistics import median
from typing import Any

from bench.endpoints import Endpoint

Result = dict[str, Any]


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    return {
        "cores": str(os.cpu_count()),
        "cpu": model,
        "python": platform.python_version(),
        "system": platform.system(),
    }


def sqlite() -> str:
    return sqlite3.sqlite_version


def judge(endpoint: Endpoint, rounds: list[dict[str, dict[str, float]]]) -> Result:
    """Medians over the rounds. Noise is half the distance between the extreme ratios, as a share of the median."""
    ratios = [r["measured"]["per_second"] / r["yardstick"]["per_second"] for r in rounds]
    middle = median(ratios)
    return {
        "endpoint": endpoint.name,
        "words": endpoint.words,
        "beside": endpoint.beside,
        "ratio": middle,
        "goal": endpoint.goal,
        "noise": (max(ratios) - min(ratios)) / 2 / middle,
        "cpu_ratio": median(r["yardstick"]["cpu_ms"] / r["measured"]["cpu_ms"] for r in rounds),
        **{name: median(r["measured"][name] for r in rounds) for name in rounds[0]["measured"]},
        "yardstick_per_second": median(r["yardstick"]["per_second"] for r in rounds),
        "rounds": rounds,
    }


def line(result: Result) -> str:
    """One row of the table."""
    goal = "" if result["goal"] is None else f"{result['goal']:.2f}"
    is_judged = result["engine"] == "sqlite" and result["goal"] is not None
    met = ("yes" if result["ratio"] >= result["goal"] else "NO") if is_judged else ""
    return (
        f"{result['engine']:<10} {result['people']:>7} {result['endpoint']:<16} {result['beside']:<9}"
        f"{result['yardstick_per_second']:>7.0f} {result['per_second']:>7.0f} {result['ratio']:>6.3f} "
        f"±{result['noise'] * 100:>3.0f}% {result['cpu_ratio']:>6.3f} {result['cpu_ms']:>7.2f} "
        f"{result['p50_ms']:>7.1f} {result['p95_ms']:>7.1f}  {goal:>4} {met}"
    )


_HEAD = "engine      people endpoint         beside    beside/s  real/s  ratio noise    cpu  cpu ms     p50     p95  goal met"


def table(told: dict[str, Any]) -> str:
    """Every figure, and how the CPU of a request grows from the smallest size to the largest."""
    results = told["results"]
    about = [f"{name}: {value}" for name, value in {**told["machine"], **told["engines"]}.items()]
    return "\n".join([*about, "", _HEAD, *map(line, results), "", *_growth(results)])


def _growth(results: list[Result]) -> list[str]:
    lines = []
    for engine, name in dict.fromkeys((r["engine"], r["endpoint"]) for r in results):
        sizes = {r["people"]: r["cpu_ms"] for r in results if (r["engine"], r["endpoint"]) == (engine, name)}
        least, most = min(sizes), max(sizes)
        if least < most:
            times = sizes[most] / sizes[least]
            lines.append(f"{engine:<10} {name:<16} {least} → {most} people: {times:.2f} × CPU a request")
    return lines
