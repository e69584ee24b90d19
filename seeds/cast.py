"""The invented people of the demonstration. Their family names say so: exemplary, model, trial, supposed, imaginary."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """One invented person and the path that the story leads them along."""

    given_ar: str
    given_latin: str
    is_woman: bool
    age: int  # years
    need: str
    urgency: str
    path: str
    window: str = "OUJ1"


FAMILIES = (
    ("المثالي", "El Mitali"),
    ("النموذجي", "Namoudaji"),
    ("التجريبي", "Tajribi"),
    ("الافتراضي", "Iftiradi"),
    ("الخيالي", "Khayali"),
)

CAST = (
    Role("فاطمة", "Fatima", True, 34, "training", "normal", "completed"),
    Role("محمد", "Mohamed", False, 52, "employment", "normal", "in_service"),
    Role("خديجة", "Khadija", True, 61, "health", "urgent", "accepted"),
    Role("يوسف", "Youssef", False, 19, "training", "normal", "sent"),
    Role("عائشة", "Aïcha", True, 43, "violence", "emergency", "accepted_appointment"),
    Role("إبراهيم", "Brahim", False, 70, "ageing", "normal", "consent_refused"),
    Role("مريم", "Meryem", True, 27, "employment", "normal", "declined_then_again"),
    Role("عبد الله", "Abdellah", False, 38, "mental_health", "urgent", "in_service"),
    Role("سعاد", "Souad", True, 49, "housing", "urgent", "info_requested"),
    Role("حسن", "Hassan", False, 31, "employment", "normal", "waitlisted"),
    Role("نعيمة", "Naïma", True, 56, "income", "normal", "open"),
    Role("كريم", "Karim", False, 24, "training", "normal", "not_completed"),
    Role("زينب", "Zineb", True, 22, "education", "normal", "completed"),
    Role("رشيد", "Rachid", False, 45, "health", "normal", "seen"),
    Role("حليمة", "Halima", True, 67, "food", "urgent", "one_off"),
    Role("مصطفى", "Mostafa", False, 40, "civil_papers", "normal", "redirected"),
    Role("لطيفة", "Latifa", True, 37, "mental_health", "urgent", "on_hold"),
    Role("عمر", "Omar", False, 29, "employment", "normal", "withdrawn"),
    Role("ربيعة", "Rabia", True, 53, "housing", "urgent", "expired"),
    Role("سعيد", "Saïd", False, 60, "disability", "normal", "planned"),
    Role("أمينة", "Amina", True, 33, "childhood", "urgent", "handed_over"),
    Role("نور الدين", "Noureddine", False, 48, "health", "normal", "closed_met"),
    Role("هند", "Hind", True, 26, "training", "normal", "closed_partly"),
    Role("عزيز", "Aziz", False, 35, "employment", "normal", "closed_moved"),
    Role("فاطمة الزهراء", "Fatima Zahra", True, 30, "digital", "normal", "information"),
    Role("إدريس", "Driss", False, 58, "mobility", "normal", "information"),
    Role("السعدية", "Saadia", True, 64, "family", "urgent", "suspended"),
    Role("جمال", "Jamal", False, 41, "housing", "emergency", "closure_requested"),
    Role("وفاء", "Wafae", True, 28, "violence", "emergency", "info_given"),
    Role("خالد", "Khalid", False, 20, "education", "normal", "reopened"),
    Role("الزهرة", "Zahra", True, 73, "ageing", "normal", "silent"),
    Role("بوشعيب", "Bouchaib", False, 66, "income", "normal", "silent"),
    Role("إلهام", "Ilham", True, 39, "mental_health", "normal", "consent_withdrawn"),
    Role("ياسين", "Yassine", False, 17, "education", "normal", "referral_draft"),
    Role("نادية", "Nadia", True, 44, "employment", "normal", "consent_narrowed", "OUJ2"),
    Role("عبد الرحمن", "Abderrahmane", False, 55, "disability", "normal", "assessed", "OUJ2"),
    Role("سميرة", "Samira", True, 32, "food", "urgent", "open", "OUJ2"),
    Role("طارق", "Tarik", False, 36, "training", "normal", "accepted", "OUJ2"),
    Role("حياة", "Hayat", True, 47, "housing", "urgent", "open", "BRK1"),
    Role("المهدي", "El Mehdi", False, 23, "employment", "normal", "sent", "BRK1"),
    Role("صفاء", "Safae", True, 25, "health", "normal", "interview_draft"),
    Role("أنور", "Anouar", False, 50, "income", "normal", "interview_draft"),
)

# What was heard, by theme: every other person in Arabic, the others in French.
HEARD = {
    "training": (
        "انقطعت عن الدراسة وترغب في تعلم حرفة تضمن لها دخلا. (مثال)",
        "A quitté l’école tôt et souhaite apprendre un métier manuel. (exemple)",
    ),
    "employment": (
        "يبحث عن عمل منذ سنة بعد إغلاق الورشة التي كان يشتغل بها. (مثال)",
        "Cherche un emploi depuis un an, après la fermeture de l’atelier. (exemple)",
    ),
    "health": (
        "تتابع علاجا مزمنا وتجد صعوبة في مصاريف الأدوية. (مثال)",
        "Maladie chronique ; difficulté à payer les médicaments. (exemple)",
    ),
    "mental_health": (
        "يشكو من الأرق والعزلة منذ فقدان قريب له. (مثال)",
        "Insomnie et isolement depuis un deuil. (exemple)",
    ),
    "violence": (
        "تتعرض للتهديد داخل البيت وتخاف على أبنائها. (مثال)",
        "Menaces au domicile ; craint pour ses enfants. (exemple)",
    ),
    "housing": (
        "توصلت بإشعار بالإفراغ ولا تتوفر على بديل. (مثال)",
        "A reçu un avis d’expulsion, sans solution de relogement. (exemple)",
    ),
    "education": (
        "يرغب في العودة إلى الدراسة ومحتاج إلى دعم في اللغات. (مثال)",
        "Souhaite reprendre ses études ; besoin d’appui en langues. (exemple)",
    ),
    "ageing": (
        "يعيش وحيدا ويحتاج إلى من يساعده في شؤونه اليومية. (مثال)",
        "Vit seul(e) ; besoin d’aide au quotidien. (exemple)",
    ),
    "income": ("لا دخل قار للأسرة منذ أشهر. (مثال)", "Aucun revenu stable depuis des mois. (exemple)"),
    "food": (
        "نفدت المؤونة والأسرة تتكون من خمسة أفراد. (مثال)",
        "Plus de provisions pour un foyer de cinq. (exemple)",
    ),
    "civil_papers": (
        "ضاعت البطاقة الوطنية ويجهل مسطرة تجديدها. (مثال)",
        "Carte perdue ; ignore la démarche. (exemple)",
    ),
    "disability": (
        "يحتاج إلى شهادة الإعاقة وكرسي متحرك. (مثال)",
        "Besoin d’une attestation et d’un fauteuil. (exemple)",
    ),
    "childhood": (
        "ابنها منقطع عن المدرسة منذ شهرين. (مثال)",
        "Son fils n’est plus scolarisé depuis deux mois. (exemple)",
    ),
    "digital": (
        "لم تتمكن من ملء طلب عبر الأنترنت. (مثال)",
        "N’arrive pas à remplir une demande en ligne. (exemple)",
    ),
    "mobility": (
        "يسكن بعيدا ولا يتوفر على وسيلة نقل. (مثال)",
        "Habite loin, sans moyen de transport. (exemple)",
    ),
    "family": ("خلاف عائلي حول نفقة الأحفاد. (مثال)", "Conflit familial autour de la pension. (exemple)"),
}

GOALS = {
    "ar": "أريد أن أصل إلى حل قار لوضعيتي. (مثال)",
    "fr": "Je veux une solution durable à ma situation. (exemple)",
}
