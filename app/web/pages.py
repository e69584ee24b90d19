"""Every page, in one list for `app.main`."""

from fastapi import APIRouter

from app.web import (
    approvals,
    board,
    directory,
    everybody,
    flow,
    house_agreements,
    house_instruments,
    house_lists,
    house_partners,
    house_places,
    house_users,
    papers,
    partner_answers,
    partner_house,
    partner_inbox,
    trail,
)

ROUTERS: tuple[APIRouter, ...] = (
    approvals.router,
    board.router,
    directory.router,
    everybody.router,
    flow.router,
    house_agreements.router,
    house_instruments.router,
    house_lists.router,
    house_partners.router,
    house_places.router,
    house_users.router,
    papers.router,
    partner_answers.router,
    partner_house.router,
    partner_inbox.router,
    trail.router,
)
