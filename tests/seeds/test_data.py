"""Checks of the reference data as files, before anything is loaded.

Codes end up in people's records, so a mistake found after the first intake cannot be
corrected by editing a file.
"""

import csv
import itertools
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "seeds" / "data"

HEADERS = {
    "territories": ["code", "parent_code", "level", "name_ar", "name_fr"],
    "needs": ["code", "parent_code", "name_ar", "name_fr", "name_en", "name_fa", "position"],
    "holidays": ["date", "name_ar", "name_fr", "certain"],
    "vocabularies": ["vocabulary", "code", "position", "name_ar", "name_fr", "name_en", "name_fa"],
    "replies": ["code", "text_ar", "text_fr", "text_en", "text_fa"],
}
KEYS = {
    "territories": ["code"],
    "needs": ["code"],
    "holidays": ["date"],
    "vocabularies": ["vocabulary", "code"],
    "replies": ["code"],
}
FILES = sorted(HEADERS)

CODE_SHAPES = {
    "region": r"\d{2}",
    "province": r"\d{2}\.\d{3}",
    "commune": r"\d{2}\.\d{3}\.\d{2}\.\d{2}",
}
PARENT_LEVEL = {"province": "region", "commune": "province"}

THEMES = (
    "housing health mental_health income employment training education civil_papers family violence "
    "disability ageing childhood food mobility digital legal administrative"
)

# The lists fixed by the domain, in the order in which a form shows them.
VOCABULARIES = {
    "arrival_reason": "information follow_up_visit new_request document_drop_off appointment other",
    "counter_topic": (
        "opening_hours documents_needed orientation_elsewhere file_status social_registry other"
    ),
    "closing_reason": (
        "goals_met goals_partly_met person_choice moved_away unreachable handed_over deceased "
        "duplicate_file other"
    ),
    "suspension_reason": "waiting_for_person waiting_for_partner hospitalised travelling other",
    "decline_reason": (
        "unreachable no_show not_eligible no_place too_far not_interested already_followed "
        "missing_document outside_mandate incompatible_situation duplicate other"
    ),
    "not_completed_reason": ("no_show unreachable dropped_out not_eligible_after_all service_stopped other"),
    "withdrawal_reason": "person_choice moved solved_elsewhere error other",
    "hold_reason": "person_absent waiting_for_document capacity health other",
    "no_document_reason": ("never_had lost stolen withheld undocumented_migrant in_progress other"),
    "language": "ar zgh ary fr en es fa other",
    "relationship": (
        "spouse child parent sibling grandparent grandchild in_law guardian other_relative unrelated"
    ),
    "service_target": ("everyone women children youth elderly persons_with_disabilities migrants families"),
    "institution_kind": (
        "university chamber hospital health_centre employment_agency vocational_training court_unit "
        "charity public_administration municipality school other"
    ),
    "legal_basis": "vital_interest legal_obligation court_order child_protection",
    "data_category": (
        "identity birth contact identifiers household needs situation assessment health documents"
    ),
    "consent_purpose": "referral statistics contact service_coordination",
    "attendance_reason": "sick transport forgot not_informed work family refused other",
}

YEARS = (2025, 2026, 2027)
CIVIL_DAYS = "01-01 01-11 01-14 05-01 07-30 08-14 08-20 08-21 11-06 11-18"
# Created in November 2025, so first kept in the year after.
UNITY_DAY, FIRST_UNITY_YEAR = "10-31", 2026
FIRST_DAY, SECOND_DAY = " (1er jour)", " (2e jour)"

ARABIC_LETTER = re.compile("[\u0621-\u064a]")
# Each script has letters that look alike but do not match in a search.
PERSIAN_ONLY = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]")
ARABIC_ONLY = re.compile("[\u0643\u0649\u064a]")


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def codes_by_vocabulary() -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for row in rows_of("vocabularies"):
        grouped.setdefault(row["vocabulary"], []).append(row["code"])
    return grouped


def days_of(year: int) -> dict[date, str]:
    every_day = {date.fromisoformat(row["date"]): row["name_fr"] for row in rows_of("holidays")}
    return {day: name for day, name in every_day.items() if day.year == year}


def civil_days_of(year: int) -> set[date]:
    days = CIVIL_DAYS.split() + ([UNITY_DAY] if year >= FIRST_UNITY_YEAR else [])
    return {date.fromisoformat(f"{year}-{day}") for day in days}


@pytest.mark.parametrize("name", FILES)
def test_file_is_plain_utf8_with_unix_line_ends(name: str) -> None:
    content = (DATA / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_header_and_width_are_as_documented(name: str) -> None:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, strict=True)
    assert header == HEADERS[name]
    assert lines
    assert {len(line) for line in lines} == {len(header)}


@pytest.mark.parametrize("name", FILES)
def test_no_key_occurs_twice(name: str) -> None:
    counts = Counter(tuple(row[column] for column in KEYS[name]) for row in rows_of(name))
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_only_the_parent_of_a_top_row_may_be_empty(name: str) -> None:
    cells = [(column, cell) for row in rows_of(name) for column, cell in row.items()]
    assert [column for column, cell in cells if not cell and column != "parent_code"] == []
    assert [cell for _, cell in cells if cell != cell.strip()] == []


@pytest.mark.parametrize("name", FILES)
def test_arabic_and_persian_use_their_own_letters(name: str) -> None:
    for row in rows_of(name):
        for column, cell in row.items():
            if column.endswith("_ar"):
                assert ARABIC_LETTER.search(cell), cell
                assert not PERSIAN_ONLY.search(cell), cell
            elif column.endswith("_fa"):
                assert ARABIC_LETTER.search(cell), cell
                assert not ARABIC_ONLY.search(cell), cell
            elif column.startswith(("name_", "text_")):
                assert not ARABIC_LETTER.search(cell), cell


def test_there_are_twelve_regions_numbered_without_a_gap() -> None:
    regions = [row["code"] for row in rows_of("territories") if row["level"] == "region"]
    assert regions == [f"{number:02d}" for number in range(1, 13)]


def test_there_are_seventy_five_prefectures_and_provinces() -> None:
    levels = Counter(row["level"] for row in rows_of("territories"))
    assert levels["province"] == 75


def test_every_region_has_the_provinces_of_the_2015_division() -> None:
    provinces = Counter(row["parent_code"] for row in rows_of("territories") if row["level"] == "province")
    assert [provinces[f"{number:02d}"] for number in range(1, 13)] == [8, 8, 9, 7, 5, 9, 8, 5, 6, 4, 4, 2]


def test_oujda_and_its_neighbours_have_all_their_communes() -> None:
    communes = Counter(row["parent_code"] for row in rows_of("territories") if row["level"] == "commune")
    assert communes == {"02.411": 11, "02.113": 16, "02.275": 14}


def test_a_territory_code_has_the_shape_of_its_level() -> None:
    for row in rows_of("territories"):
        assert re.fullmatch(CODE_SHAPES[row["level"]], row["code"]), row["code"]


def test_a_territory_lies_in_one_of_the_level_above() -> None:
    territories = rows_of("territories")
    level_of = {row["code"]: row["level"] for row in territories}
    for row in territories:
        if row["level"] == "region":
            assert row["parent_code"] == ""
        else:
            assert level_of[row["parent_code"]] == PARENT_LEVEL[row["level"]]
            assert row["code"].startswith(row["parent_code"] + ".")


def test_a_parent_is_listed_before_its_children() -> None:
    for name in ("territories", "needs"):
        seen = {""}
        for row in rows_of(name):
            assert row["parent_code"] in seen, row["code"]
            seen.add(row["code"])


def test_territories_of_one_parent_have_different_names() -> None:
    for column in ("name_ar", "name_fr"):
        names = [(row["parent_code"], row[column]) for row in rows_of("territories")]
        assert len(names) == len(set(names))


def test_needs_have_the_eighteen_themes_in_order() -> None:
    assert [row["code"] for row in rows_of("needs") if not row["parent_code"]] == THEMES.split()


def test_a_need_is_named_after_its_theme_and_has_nothing_below_it() -> None:
    for row in rows_of("needs"):
        if row["parent_code"]:
            assert row["parent_code"] in THEMES.split()
            assert re.fullmatch(rf"{row['parent_code']}\.[a-z][a-z_]*", row["code"]), row["code"]


def test_every_theme_has_four_to_six_needs() -> None:
    needs = Counter(row["parent_code"] for row in rows_of("needs") if row["parent_code"])
    assert set(needs) == set(THEMES.split())
    assert [theme for theme, count in needs.items() if not 4 <= count <= 6] == []


@pytest.mark.parametrize(("name", "group"), [("needs", "parent_code"), ("vocabularies", "vocabulary")])
def test_positions_count_from_one_in_the_order_of_the_file(name: str, group: str) -> None:
    positions: dict[str, list[int]] = {}
    for row in rows_of(name):
        positions.setdefault(row[group], []).append(int(row["position"]))
    for key, found in positions.items():
        assert found == list(range(1, len(found) + 1)), key


@pytest.mark.parametrize(("name", "group"), [("needs", "parent_code"), ("vocabularies", "vocabulary")])
def test_no_two_choices_of_a_list_read_the_same(name: str, group: str) -> None:
    rows = rows_of(name)
    for column in ("name_ar", "name_fr", "name_en", "name_fa"):
        counts = Counter((row[group], row[column]) for row in rows)
        assert [key for key, count in counts.items() if count > 1] == []


def test_vocabularies_hold_exactly_the_codes_of_the_domain() -> None:
    expected = {vocabulary: codes.split() for vocabulary, codes in VOCABULARIES.items()}
    assert codes_by_vocabulary() == expected


def test_every_decline_reason_has_a_ready_reply() -> None:
    replies = [row["code"] for row in rows_of("replies")]
    assert replies == codes_by_vocabulary()["decline_reason"]


def test_a_ready_reply_is_one_sentence() -> None:
    for row in rows_of("replies"):
        for column, text in row.items():
            if column.startswith("text_"):
                assert text.endswith("."), text
                assert not re.search(r"[.!?؟]", text[:-1]), text


def test_holidays_are_real_dates_in_order_within_the_three_years() -> None:
    days = [date.fromisoformat(row["date"]) for row in rows_of("holidays")]
    assert [day.isoformat() for day in days] == [row["date"] for row in rows_of("holidays")]
    assert all(earlier < later for earlier, later in itertools.pairwise(days))
    assert {day.year for day in days} == set(YEARS)


@pytest.mark.parametrize("year", YEARS)
def test_every_civil_holiday_is_certain(year: int) -> None:
    certain = {date.fromisoformat(row["date"]) for row in rows_of("holidays") if row["certain"] == "yes"}
    assert civil_days_of(year) <= certain


def test_certainty_is_yes_or_no() -> None:
    assert {row["certain"] for row in rows_of("holidays")} == {"yes", "no"}


def test_unity_day_begins_in_2026() -> None:
    named = [row["date"] for row in rows_of("holidays") if row["name_fr"] == "Fête de l’Unité"]
    assert named == ["2026-10-31", "2027-10-31"]


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_the_seven_religious_days(year: int) -> None:
    religious = sorted(name for day, name in days_of(year).items() if day not in civil_days_of(year))
    feasts = ("Aïd al-Adha", "Aïd al-Fitr", "Aïd al-Mawlid")
    expected = [feast + which for feast in feasts for which in (FIRST_DAY, SECOND_DAY)]
    assert religious == sorted(["1er Moharram", *expected])


@pytest.mark.parametrize("year", YEARS)
def test_the_second_day_of_a_feast_follows_the_first(year: int) -> None:
    days = days_of(year)
    firsts = {day: name for day, name in days.items() if name.endswith(FIRST_DAY)}
    assert len(firsts) == 3
    for day, name in firsts.items():
        second = name.removesuffix(FIRST_DAY) + SECOND_DAY
        assert days.get(day + timedelta(days=1)) == second
