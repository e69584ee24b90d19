"""Windows and partners. The institutions exist; contacts, numbers and terms of agreements are examples."""

from datetime import date
from typing import Any

OUJDA, BERKANE, ORIENTAL = "02.411", "02.113", "02"

WINDOWS: list[dict[str, Any]] = [
    {
        "code": "OUJ1",
        "name_ar": "شباك المساعدة الاجتماعية - وجدة المدينة",
        "name_fr": "Guichet d’assistance sociale – Oujda Médina",
        "territory_code": OUJDA,
    },
    {
        "code": "OUJ2",
        "name_ar": "شباك المساعدة الاجتماعية - سيدي يحيى",
        "name_fr": "Guichet d’assistance sociale – Sidi Yahya",
        "territory_code": OUJDA,
    },
    {
        "code": "BRK1",
        "name_ar": "شباك المساعدة الاجتماعية - بركان",
        "name_fr": "Guichet d’assistance sociale – Berkane",
        "territory_code": BERKANE,
    },
]

COMMON = ["identity", "birth", "contact", "needs", "situation"]


def _institution(
    key: str, kind: str, name_ar: str, name_fr: str, services: list[dict[str, Any]], **terms: Any
) -> dict[str, Any]:
    territory = terms.pop("territory_code", OUJDA)
    return {
        "institution": {
            "kind": kind,
            "name_ar": name_ar,
            "name_fr": name_fr,
            "territory_code": OUJDA,
            "contacts": [
                {
                    "name": "مسؤول(ة) التنسيق (مثال)",
                    "function": "Coordination",
                    "email": f"{key}@partenaire.example",
                    "phone": "05 36 00 00 00",
                },
                {
                    "name": "الكتابة (مثال)",
                    "function": "Secrétariat",
                    "email": f"{key}.sec@partenaire.example",
                },
            ],
        },
        "services": services,
        "agreement": {
            "reference": f"CONV-OUJ-{key.upper()}",
            "title": f"Convention de partenariat avec {name_fr}"[:300],
            "parties": ["Entraide Nationale", name_fr],
            "territory_code": territory,
            "starts_on": date(2025, 1, 1),
            "ends_on": date(2029, 12, 31),
            "data_categories": COMMON,
            **terms,
        },
    }


INSTITUTIONS: list[dict[str, Any]] = [
    _institution(
        "fls",
        "university",
        "كلية الآداب والعلوم الإنسانية - جامعة محمد الأول",
        "Faculté des Lettres et des Sciences Humaines – Université Mohammed Ier",
        [
            {
                "name_ar": "دروس محو الأمية ومهارات اللغات",
                "name_fr": "Alphabétisation et langues",
                "need_code": "education",
                "min_age": 16,
            },
            {
                "name_ar": "وحدة الإنصات والمساندة النفسية للطلبة",
                "name_fr": "Cellule d’écoute et de soutien des étudiants",
                "need_code": "mental_health",
                "targets": ["youth"],
                "min_age": 17,
                "max_age": 35,
            },
        ],
        quota=40,
        quota_period="quarter",
    ),
    _institution(
        "cao",
        "chamber",
        "غرفة الصناعة التقليدية لجهة الشرق",
        "Chambre d’Artisanat de l’Oriental",
        [
            {
                "name_ar": "التكوين بالتدرج المهني في الخياطة والطرز",
                "name_fr": "Apprentissage en couture et broderie",
                "need_code": "training",
                "min_age": 15,
                "max_age": 40,
                "capacity": 60,
            },
            {
                "name_ar": "مواكبة الصناع ووضع بطاقة الصانع",
                "name_fr": "Accompagnement des artisans et carte d’artisan",
                "need_code": "employment",
                "min_age": 18,
            },
        ],
        decide_hours=240,
        territory_code=ORIENTAL,
    ),
    _institution(
        "hpo",
        "hospital",
        "مستشفى الأمراض العقلية والنفسية بوجدة",
        "Hôpital psychiatrique d’Oujda",
        [
            {
                "name_ar": "استشارة في الصحة النفسية",
                "name_fr": "Consultation de santé mentale",
                "need_code": "mental_health",
                "conditions": "Apporter les ordonnances récentes.",
            },
            {
                "name_ar": "مواكبة أسر المرضى",
                "name_fr": "Soutien aux familles des patients",
                "need_code": "mental_health",
                "targets": ["families"],
            },
        ],
        decide_hours=72,
        data_categories=[*COMMON, "assessment", "health"],
    ),
    _institution(
        "anapec",
        "employment_agency",
        "الوكالة الوطنية لإنعاش التشغيل والكفاءات - وجدة",
        "ANAPEC – Agence d’Oujda",
        [
            {
                "name_ar": "ورشات البحث عن شغل",
                "name_fr": "Ateliers de recherche d’emploi",
                "need_code": "employment",
                "min_age": 18,
            },
        ],
        territory_code=ORIENTAL,
    ),
    _institution(
        "cs",
        "health_centre",
        "المركز الصحي الحضري (مثال)",
        "Centre de santé urbain (exemple)",
        [
            {"name_ar": "فحص طبي عام", "name_fr": "Consultation générale", "need_code": "health"},
        ],
        decide_hours=48,
        data_categories=[*COMMON, "health"],
    ),
    _institution(
        "cpcf",
        "court_unit",
        "خلية التكفل بالنساء والأطفال - المحكمة الابتدائية بوجدة",
        "Cellule de prise en charge des femmes et des enfants – Tribunal d’Oujda",
        [
            {
                "name_ar": "الاستقبال والتوجيه القانوني لضحايا العنف",
                "name_fr": "Accueil et orientation juridique des victimes de violence",
                "need_code": "violence",
                "targets": ["women", "children"],
            },
        ],
        decide_hours=24,
        data_categories=[*COMMON, "household"],
    ),
    _institution(
        "asso",
        "charity",
        "جمعية التضامن (مثال)",
        "Association Solidarité (exemple)",
        [
            {"name_ar": "قفة المواد الغذائية", "name_fr": "Aide alimentaire", "need_code": "food"},
            {
                "name_ar": "إيواء مؤقت للنساء",
                "name_fr": "Hébergement temporaire de femmes",
                "need_code": "housing",
                "sex": "female",
                "capacity": 12,
            },
        ],
        data_categories=[*COMMON, "household"],
    ),
    _institution(
        "ofppt",
        "vocational_training",
        "مكتب التكوين المهني وإنعاش الشغل - وجدة",
        "OFPPT – Oujda",
        [
            {
                "name_ar": "تكوين مهني قصير المدى",
                "name_fr": "Formation professionnelle de courte durée",
                "need_code": "training",
                "min_age": 16,
                "max_age": 30,
            },
        ],
        territory_code=ORIENTAL,
    ),
]
