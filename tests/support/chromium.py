"""The machine's own Chromium. Without one the browser's tests are left out, loudly; where `CI=true`, that is a failure."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
# Nothing but the pages under test may be asked for, also not by the browser itself.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
)
FOLDER = Path(__file__).parents[1] / "browser"


def executable() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def started() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


def launch(kind: BrowserType) -> Browser:
    """A browser of its own, in processes of its own."""
    found = executable()
    assert found, f"no Chromium on this machine: none of {', '.join(NAMES)}"
    return kind.launch(
        executable_path=found,
        args=list(ARGUMENTS),
        timeout=30_000,  # milliseconds; its first start on a busy machine
        # Going back shows a page out of memory, as in the browsers of the people who use it.
        ignore_default_args=["--disable-back-forward-cache"],
    )


def kill(browser: Browser) -> None:
    """End a browser as a power cut does: it is asked nothing and tells its pages nothing."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    (own,) = [process["id"] for process in processes if process["type"] == "browser"]
    os.kill(own, signal.SIGKILL)


def keep(context: BrowserContext, base: str, name: str, value: str | None) -> None:
    """Let the browser keep a cookie as the server sets them, or lose it.

    `__Host-` asks for a secure one without a domain; this machine's own address counts as secure.
    """
    context.clear_cookies(name=name)
    if value is not None:
        secured = base.replace("http://", "https://")
        context.add_cookies([{"name": name, "value": value, "url": secured, "secure": True}])


def is_left_out() -> bool:
    """Whether the browser's tests cannot run and need not."""
    return executable() is None and os.environ.get("CI", "").lower() not in {"true", "1"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if is_left_out():
        out = [item for item in items if FOLDER in item.path.parents]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if FOLDER not in item.path.parents]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """In the process that the developer reads, which under xdist has collected nothing."""
    asked = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    meant = any(path == FOLDER or path in FOLDER.parents or FOLDER in path.parents for path in asked)
    if meant and is_left_out() and config.getoption("engine") == "sqlite":
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"tests/browser was LEFT OUT: none of {', '.join(NAMES)} is on this machine. "
            "Install Chromium (on Debian: apt-get install chromium) before asking for a review.",
            red=True,
        )
