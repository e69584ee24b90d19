"""No link of a page leads nowhere, for whoever it is shown to."""

import pytest

from app.core.actor import Role
from tests.support.served import ROLES, Served


@pytest.mark.parametrize("role", ROLES)
def test_every_link_that_somebody_is_shown_opens(served: Served, role: Role | None) -> None:
    opened = served.walk(role)
    assert opened
    assert [(found.address, found.status) for found in opened if not found.is_open] == []
