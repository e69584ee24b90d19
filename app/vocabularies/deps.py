from typing import Annotated

from fastapi import Depends

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor

VocabularyManager = Annotated[Actor, Depends(allowed(Permission.vocabulary_manage))]
ReferenceReader = Annotated[Actor, Depends(allowed(Permission.reference_read))]
