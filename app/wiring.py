"""Every "when X, then Y" of the product, and every hook that a lower module declares, on one page."""

from app.outbox.service import subscriptions


def wire() -> None:
    """Fill hooks and subscriptions; called once by each door, and again without harm."""
    subscriptions.clear()
