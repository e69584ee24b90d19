from app.core.db import WriteSession
from app.vocabularies import service
from app.vocabularies.schemas import TermCreate


def term(
    code: str, parent_code: str | None = None, position: int = 0, words: str | None = None
) -> TermCreate:
    """A term whose words are its code unless others are given."""
    words = words or code
    return TermCreate(
        code=code,
        parent_code=parent_code,
        position=position,
        name_ar=f"{words} ع",
        name_fr=f"{words} fr",
        name_en=f"{words} en",
        name_fa=f"{words} ف",
    )


def define_needs(db: WriteSession) -> None:
    """A short list of needs in two levels; the first one stands last in the alphabet."""
    service.define(
        db,
        "need",
        [
            term("training", position=1),
            term("training.craft", "training", position=1),
            term("housing", position=2),
            term("housing.rent", "housing", position=2),
            term("housing.eviction", "housing", position=1),
        ],
    )
