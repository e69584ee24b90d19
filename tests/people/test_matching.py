from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.birth import Birth
from app.people.blocking import blocking_keys
from app.people.identifiers import IdentifierKind
from app.people.matching import WEIGHTS, Profile, Reason, Verdict, score

CIN, PASSPORT, CERTIFICATE = IdentifierKind.CIN, IdentifierKind.PASSPORT, IdentifierKind.BIRTH_CERTIFICATE
BORN = Birth.exact(date(1987, 5, 23))
PHONE = frozenset({"+212612345678"})
CARD = frozenset({(CIN, "AB123456")})


def person(given: str, family: str, **known: object) -> Profile:
    """Names go into the Arabic fields whatever their script, as clerks do."""
    return replace(Profile(given_ar=given, family_ar=family), **known)  # type: ignore[arg-type]


SAME_PEOPLE = [
    ("محمد|العمراني", "Mohamed|Lamrani"),
    ("محمد|العمراني", "Mohammed|El Amrani"),
    ("محمد|العمراني", "Muhammad|Amrani"),
    ("محمد أمين|الشرقاوي", "Mohamed Amine|Cherkaoui"),
    ("امحمد|أيت الطالب", "M'hamed|Ait Taleb"),
    ("فاطمة الزهراء|بناني", "Fatima Ezzahra|Bennani"),
    ("فاطمة الزهراء|بناني", "Fatima-Zahra|Bennani"),
    ("فاطمة الزهراء|بناني", "Fatimazahra|Benani"),
    ("فاطمة|بن علي", "Fatma|Benali"),
    ("فاطمة|بنعلي", "Fatima|Ben Ali"),
    ("عبد الله|الإدريسي", "Abdellah|Idrissi"),
    ("عبدالله|الادريسي", "Abdallah|El Idrissi"),
    ("عبد الله|ادريسي", "Abdoullah|Drissi"),
    ("يوسف|التازي", "Youssef|Tazi"),
    ("يوسف|التازي", "Yusuf|Et-Tazi"),
    ("خديجة|الفاسي الفهري", "Khadija|Fassi Fihri"),
    ("خديجة|الفاسي", "Khadidja|El Fassi"),
    ("الحسين|أوعلي", "Lhoucine|Ouali"),
    ("الحسين|بوعزة", "Hossein|Bouazza"),
    ("حسين|أبو عزة", "El Houssine|Bouazza"),
    ("الحسن|العلوي", "Lahcen|Alaoui"),
    ("الحسن|العلوي", "El Hassan|El Alaoui"),
    ("عبد الرحمان|بنجلون", "Abderrahmane|Benjelloun"),
    ("عبد الرحمن|بن جلون", "Abdurrahman|Ben Jelloun"),
    ("عبد اللطيف|الوزاني", "Abdellatif|Ouazzani"),
    ("عبد اللطيف|الوزاني", "Abdelatif|El Ouazzani"),
    ("عبد القادر|بلحاج", "Abdelkader|Belhaj"),
    ("عبد الصمد|بلقاسم", "Abdessamad|Belkacem"),
    ("عبد العالي|بن القاسم", "Abdelali|Belkacem"),
    ("عبد الاله|السقاط", "Abdelilah|Sekkat"),
    ("نور الدين|الكتاني", "Noureddine|Kettani"),
    ("نورالدين|الكتاني", "Nour Eddine|El Kettani"),
    ("صلاح الدين|القباج", "Salaheddine|Kabbaj"),
    ("عز الدين|الصديقي", "Azzeddine|Seddiki"),
    ("سعيد|اليعقوبي", "Saïd|El Yacoubi"),
    ("سعاد|اليعقوبي", "Souad|Yaakoubi"),
    ("عائشة|المختار", "Aïcha|Mokhtar"),
    ("عائشة|المختار", "Aisha|El Mokhtar"),
    ("إبراهيم|التهامي", "Brahim|Touhami"),
    ("إبراهيم|التهامي", "Ibrahim|Touhami"),
    ("إدريس|بنسودة", "Driss|Bensouda"),
    ("إسماعيل|السملالي", "Smail|Semlali"),
    ("وفاء|القادري", "Ouafae|Kadiri"),
    ("وفاء|القادري", "Wafaa|Qadiri"),
    ("وليد|الغزالي", "Oualid|Ghazali"),
    ("مروان|الغزالي", "Marouane|El Ghazali"),
    ("شيماء|الناصري", "Chaimae|Naciri"),
    ("شيماء|الناصري", "Shaymaa|Nassiri"),
    ("زينب|الحمداوي", "Zineb|Hamdaoui"),
    ("غزلان|الرحماني", "Ghizlane|Rahmani"),
    ("رضا|المنصوري", "Reda|Mansouri"),
    ("رضا|المنصوري", "Rida|El Mansouri"),
    ("عثمان|الصغير", "Othmane|Sghir"),
    ("عثمان|الصغير", "Outmane|Seghir"),
    ("نجاة|العثماني", "Najat|El Othmani"),
    ("حياة|بوشعيب", "Hayat|Bouchaib"),
    ("مصطفى|حجي", "Mostafa|Hajji"),
    ("مصطفى|حجي", "Mustapha|Hadji"),
    ("رقية|أوبلا", "Rkia|Oubella"),
    ("السعدية|العربي", "Saadia|Larbi"),
    ("زكرياء|العيساوي", "Zakaria|Aissaoui"),
    ("مولاي أحمد|العلمي", "Moulay Ahmed|Alami"),
    ("للا مريم|العلمي", "Lalla Meryem|El Alami"),
    ("ليلى|جعفر", "Leïla|Jaafar"),
    ("منى|بوطالب", "Mouna|Boutaleb"),
    ("هدى|الخطابي", "Houda|Khattabi"),
    ("المهدي|القرشي", "El Mehdi|Kourachi"),
    ("جواد|قاسمی", "Javad|Ghasemi"),
    ("علیرضا|رضایی", "Alireza|Rezaei"),
    ("مریم|حسینی", "Maryam|Hosseini"),
    ("Mohamed|Amrani", "Mohammed|El Amrani"),
    ("Fatima Zahra|Bennani", "Fatimazahra|Bennani"),
    ("العمراني|محمد", "Mohamed|Amrani"),
    ("محمد العمراني|", "Mohamed|Amrani"),
    ("|Amrani Mohamed", "محمد|العمراني"),
]

# Two people each: brothers, sisters, twins, parent and child, namesakes. They share family name, phone and birth date.
OTHER_PEOPLE = [
    ("حسن", "حسين"), ("الحسن", "Lhoucine"), ("Hassan", "Houssein"), ("محمد", "محمود"), ("محمد", "أحمد"),
    ("Mohamed", "Ahmed"), ("Mohamed", "Mohamed Amine"), ("Mohamed Amine", "Mohamed Reda"), ("أحمد", "Hamid"), ("سعيد", "Souad"),
    ("سعيد", "سعد"), ("كريم", "كريمة"), ("Karim", "Karima"), ("كريم", "Karima"), ("أمين", "Amina"),
    ("أمين", "إيمان"), ("Samir", "Samira"), ("Nadia", "Nadira"), ("Fatima", "Fatiha"), ("Rachid", "Rachida"),
    ("سالم", "Salima"), ("سليم", "Salma"), ("جمال", "Jamila"), ("عمر", "Ammar"), ("خالد", "Khouloud"),
    ("عبد الكريم", "عبد الرحيم"), ("Abdelkader", "Abdelkarim"), ("Abdellah", "عبد الإله"), ("علي", "Leila"), ("Youssef", "Younes"),
    ("علي", "علوي"), ("Hamza", "Hajar"), ("فاطمة", "فاطمة الزهراء"), ("نورة", "نوري"), ("منى", "Mounia"),
]  # fmt: skip


def parts(written: str) -> tuple[str, str]:
    given, _, family = written.partition("|")
    return given, family


@pytest.mark.parametrize(("one", "other"), SAME_PEOPLE)
def test_one_person_spelled_twice_is_found_by_a_key_of_the_name(one: str, other: str) -> None:
    shared = blocking_keys(person(*parts(one))) & blocking_keys(person(*parts(other)))
    assert any(key.startswith("n:") for key in shared)


@pytest.mark.parametrize(("one", "other"), SAME_PEOPLE)
def test_one_person_spelled_twice_with_the_same_birth_is_likely_and_with_the_same_card_certain(
    one: str, other: str
) -> None:
    a, b = (person(*parts(written), birth=BORN, sex="female") for written in (one, other))
    assert score(a, b).verdict is Verdict.LIKELY
    assert score(replace(a, identifiers=CARD), replace(b, identifiers=CARD)).verdict is Verdict.CERTAIN


@pytest.mark.parametrize(("one", "other"), OTHER_PEOPLE)
def test_twins_are_never_certain(one: str, other: str) -> None:
    a, b = (person(given, "العلوي", birth=BORN, phones=PHONE, sex="male") for given in (one, other))
    assert score(a, b).verdict is not Verdict.CERTAIN


@pytest.mark.parametrize(("one", "other"), OTHER_PEOPLE)
def test_siblings_of_different_age_are_at_most_possible(one: str, other: str) -> None:
    a = person(one, "العلوي", birth=BORN, phones=PHONE)
    b = person(other, "Alaoui", birth=Birth.exact(date(1990, 2, 7)), phones=PHONE)
    assert score(a, b).verdict in (None, Verdict.POSSIBLE)


KARIM = person("كريم", "بناني", birth=BORN, sex="male", phones=PHONE)


def test_full_name_birth_date_and_phone_together_are_certain() -> None:
    match = score(KARIM, KARIM)
    assert match.verdict is Verdict.CERTAIN
    assert match.reasons == (Reason.SAME_PHONE, Reason.SAME_NAME, Reason.SAME_BIRTH, Reason.SAME_SEX)
    assert match.score > 0.999


def test_full_name_and_birth_date_are_likely() -> None:
    assert score(replace(KARIM, phones=frozenset()), KARIM).verdict is Verdict.LIKELY


def test_the_first_of_january_counts_as_a_year() -> None:
    placeholder = replace(KARIM, birth=Birth.exact(date(1987, 1, 1)))
    match = score(placeholder, placeholder)
    assert Reason.COMPATIBLE_BIRTH in match.reasons
    assert match.verdict is Verdict.LIKELY


def test_the_same_name_alone_is_possible() -> None:
    assert score(person("محمد", "بناني"), person("Mohamed", "Bennani")).verdict is Verdict.POSSIBLE


def test_namesakes_born_apart_are_nobody() -> None:
    other = replace(KARIM, birth=Birth.exact(date(1960, 1, 2)), phones=frozenset())
    assert score(KARIM, other).verdict is None


def test_a_shared_phone_alone_is_only_a_reason() -> None:
    match = score(Profile(phones=PHONE), KARIM)
    assert (match.verdict, match.reasons) == (None, (Reason.SAME_PHONE,))


def test_strangers_with_one_phone_are_nobody() -> None:
    match = score(KARIM, person("خديجة", "التازي", phones=PHONE, sex="female"))
    assert match.verdict is None
    assert match.reasons == (
        Reason.SAME_PHONE,
        Reason.DIFFERENT_GIVEN_NAME,
        Reason.DIFFERENT_FAMILY_NAME,
        Reason.DIFFERENT_SEX,
    )


def test_empty_records_are_nobody() -> None:
    match = score(Profile(), Profile())
    assert (match.verdict, match.reasons) == (None, ())
    assert match.score < 0.01


def test_an_unknown_sex_is_no_evidence() -> None:
    assert (
        score(replace(KARIM, sex="unknown"), replace(KARIM, sex="unknown")).reasons[-1] is Reason.SAME_BIRTH
    )


def test_a_name_in_the_other_script_is_told() -> None:
    latin = Profile(given_latin="Karim", family_latin="Bennani")
    assert Reason.NAME_OTHER_SCRIPT in score(KARIM, latin).reasons
    assert Reason.NAME_OTHER_SCRIPT in score(KARIM, Profile(given_latin="Karim Bennani")).reasons


def test_the_script_in_common_decides() -> None:
    a = Profile(given_ar="سعد", family_ar="بناني", given_latin="Said", family_latin="Bennani")
    b = Profile(given_ar="سعيد", family_ar="بناني")
    assert Reason.DIFFERENT_GIVEN_NAME in score(a, b).reasons


def test_names_in_each_others_fields_are_recognised() -> None:
    match = score(KARIM, person("Bennani", "Karim", birth=BORN, sex="male", phones=PHONE))
    assert {Reason.NAMES_SWAPPED, Reason.SAME_NAME} <= set(match.reasons)
    assert match.verdict is Verdict.LIKELY


def test_a_slip_in_one_name_is_similar() -> None:
    match = score(replace(KARIM, family_ar="المنصوري"), replace(KARIM, family_ar="المنصوي"))
    assert Reason.SIMILAR_NAME in match.reasons
    assert match.verdict is Verdict.LIKELY


def test_a_nickname_with_all_else_equal_is_shown() -> None:
    match = score(KARIM, replace(KARIM, given_ar="ميمون"))
    assert Reason.DIFFERENT_GIVEN_NAME in match.reasons
    assert match.verdict is Verdict.POSSIBLE


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        ("كريم", Reason.PARTIAL_NAME),
        ("كريم بناني", Reason.SAME_NAME),
        ("كريم بنانس", Reason.SIMILAR_NAME),
        ("خديجة التازي", Reason.DIFFERENT_NAME),
    ],
)
def test_a_name_in_one_field_is_compared_whole(whole: str, reason: Reason) -> None:
    assert reason in score(Profile(given_ar=whole), KARIM).reasons


def test_a_doubtful_whole_name_says_nothing() -> None:
    assert score(Profile(given_ar="كريمة"), Profile(given_ar="كريم")).reasons == ()


def test_the_same_card_under_another_name_is_not_certain_unless_births_agree() -> None:
    a = replace(KARIM, identifiers=CARD, phones=frozenset())
    child = replace(a, given_ar="مريم")
    assert score(a, child).verdict is Verdict.CERTAIN
    assert score(a, replace(child, birth=Birth.unknown())).verdict is Verdict.LIKELY
    assert score(a, replace(child, birth=Birth.in_year(2015))).verdict is Verdict.POSSIBLE


def test_the_same_card_and_name_with_another_birth_is_certain() -> None:
    a = replace(KARIM, identifiers=CARD)
    assert score(a, replace(a, birth=Birth.in_year(1970))).verdict is Verdict.CERTAIN


def test_a_birth_certificate_number_alone_is_not_personal() -> None:
    a = Profile(identifiers=frozenset({(CERTIFICATE, "12/1987")}))
    match = score(a, a)
    assert (match.verdict, match.reasons) == (None, (Reason.SAME_BIRTH_CERTIFICATE,))


def test_another_card_number_speaks_against_certainty_and_another_passport_does_not() -> None:
    cards = [replace(KARIM, identifiers=frozenset({(CIN, value)})) for value in ("AB1", "AB2")]
    passports = [replace(KARIM, identifiers=frozenset({(PASSPORT, value)})) for value in ("XY123", "XY124")]
    assert score(*cards).verdict is Verdict.LIKELY
    assert Reason.DIFFERENT_IDENTIFIER in score(*cards).reasons
    assert score(*passports).verdict is Verdict.CERTAIN


def test_an_empty_identifier_is_shared_by_nobody() -> None:
    empty = Profile(identifiers=frozenset({(CIN, ""), (IdentifierKind.NONE, "")}))
    assert score(empty, empty).reasons == ()
    assert blocking_keys(empty) == frozenset()


def test_a_kind_of_document_that_is_none_is_never_a_key() -> None:
    assert blocking_keys(Profile(identifiers=frozenset({(IdentifierKind.NONE, "lost")}))) == frozenset()


def test_keys_say_what_they_are() -> None:
    keys = blocking_keys(replace(KARIM, identifiers=CARD))
    assert keys == {"i:cin:AB123456", "p:+212612345678", "n:bnn.krm", "n:bnn|1987", "n:krm|1987"}


def test_a_guessed_birth_is_found_in_each_of_its_years_unless_they_are_many() -> None:
    about = person("كريم", "", birth=Birth.about(10, date(2020, 1, 1)))
    assert blocking_keys(about) == {f"n:krm|{year}" for year in range(2008, 2013)}
    assert blocking_keys(replace(about, birth=Birth.about(40, date(2020, 1, 1)))) == frozenset()


def test_a_given_name_alone_is_no_key() -> None:
    assert blocking_keys(person("محمد", "")) == frozenset()


def test_every_reason_has_a_weight() -> None:
    assert set(WEIGHTS) == set(Reason)


def test_nothing_prints_personal_data() -> None:
    assert "كريم" not in repr(KARIM)
    assert "krm" not in repr(score(KARIM, KARIM))


some_names = st.sampled_from(
    sorted({name for pair in SAME_PEOPLE for written in pair for name in parts(written)})
)
any_text = some_names | st.text(st.characters(), max_size=30)
profiles = st.builds(
    Profile,
    given_ar=any_text,
    family_ar=any_text,
    given_latin=any_text,
    family_latin=any_text,
    sex=st.sampled_from([None, "female", "male", "unknown"]),
    birth=st.one_of(
        st.just(Birth.unknown()),
        st.builds(Birth.exact, st.sampled_from([date(1987, 5, 23), date(1987, 1, 1), date(1990, 3, 4)])),
        st.builds(Birth.in_year, st.integers(1985, 1988)),
        st.builds(Birth.about, st.integers(0, 130), st.just(date(2024, 6, 15))),
    ),
    phones=st.frozensets(st.sampled_from(["+212612345678", "+212661234567"])),
    identifiers=st.frozensets(st.tuples(st.sampled_from(IdentifierKind), st.sampled_from(["", "A1", "A2"]))),
)


@given(profiles, profiles)
def test_scoring_is_symmetric_bounded_and_never_raises(a: Profile, b: Profile) -> None:
    one, other = score(a, b), score(b, a)
    assert 0.0 <= one.score <= 1.0
    assert (one.score, one.verdict, set(one.reasons)) == (other.score, other.verdict, set(other.reasons))


@given(profiles)
def test_keys_fit_their_column_and_stay_few(profile: Profile) -> None:
    keys = blocking_keys(profile)
    assert all(len(key) <= 120 and key[:2] in {"i:", "p:", "n:"} for key in keys)
    assert len(keys) < 2000
