"""Every page, in one list for `app.main`."""

from fastapi import APIRouter

from app.web import everybody

ROUTERS: tuple[APIRouter, ...] = (everybody.router,)
