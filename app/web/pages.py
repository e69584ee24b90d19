"""Every page, in one list for `app.main`."""

from fastapi import APIRouter

from app.web import (
    approvals,
    board,
    everybody,
    flow,
    house_agreements,
    house_instruments,
    house_lists,
    house_partners,
    house_places,
    house_users,
    trail,
)

ROUTERS: tuple[APIRouter, ...] = (
    everybody.router,
    board.router,
    flow.router,
    approvals.router,
    house_users.router,
    house_places.router,
    house_partners.router,
    house_agreements.router,
    house_lists.router,
    house_instruments.router,
    trail.router,
)
