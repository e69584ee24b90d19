"""How a file is handed over: to be saved under its own name, never shown in place."""

from urllib.parse import quote


def disposition(name: str) -> str:
    """`Content-Disposition` with the name twice (RFC 6266): in ASCII for old clients, and in full (RFC 5987/8187)."""
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
