from typing import Annotated

from fastapi import Depends

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor

ReferenceReader = Annotated[Actor, Depends(allowed(Permission.reference_read))]
