"""A questionnaire of two questions, as tables."""

SHEETS = """
| settings |
| | form_title | form_id | version | default_language |
| | Sleep | sleep | 1 | English (en) |

| survey |
| | type | name | label::English (en) | required |
| | integer | hours | Hours of sleep last night | yes |
| | select_multiple why | why | Why | |

| choices |
| | list_name | name | label::English (en) |
| | why | noise | Noise |
| | why | worry | Worry |
"""
