from pydantic import Field

from app.core.fields import Code, Count, Line, RequiredLine
from app.core.schemas import Input, Output


class TermWords(Input):
    """The words of one code; the code itself never changes, because old records hold it.

    Who administers a house speaks its languages: English and Persian may be left blank, and are then told in French and
    Arabic.
    """

    name_ar: RequiredLine = Field(examples=["الإفراغ من السكن"])
    name_fr: RequiredLine = Field(examples=["Expulsion du logement"])
    name_en: Line = Field("", examples=["Eviction"])
    name_fa: Line = Field("", examples=["تخلیهٔ مسکن"])


class TermCreate(TermWords):
    """One code of an open list, as the seeds and the command line hand it in."""

    code: Code = Field(examples=["housing.eviction"])
    parent_code: Code | None = Field(None, examples=["housing"])
    position: Count = 0


class Labels(Output):
    """The same words in each language of the service."""

    ar: str = Field(examples=["السكن"])
    fr: str = Field(examples=["Logement"])
    en: str = Field(examples=["Housing"])
    fa: str = Field(examples=["مسکن"])


class TermOut(Output):
    code: str = Field(examples=["housing"])
    parent_code: str | None = Field(description="The code above, in lists of two levels.", examples=[None])
    labels: Labels
    is_retired: bool = Field(description="Still read in old records, refused in new ones.")


class TermNow(TermOut):
    version: int = Field(description="Changes with the words.", examples=[94221345873012])


class VocabularyName(Output):
    name: str = Field(examples=["need"])
    is_closed: bool = Field(description="Fixed by the software: a new code comes with a new version only.")


class VocabularyList(Output):
    items: list[VocabularyName]


class VocabularyOut(VocabularyName):
    terms: list[TermOut] = Field(
        description="In the order of display, every code followed by those below it."
    )
