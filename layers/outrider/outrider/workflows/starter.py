"""The starter template: the one step of a sequence that is made for a workflow. It uses what
research found about the company. Every variable has a default or is tested first, so that it can be
rendered for every contact."""

from outrider.kit import ids
from outrider.sequences.models import Step, Variant

SUBJECT = (
    "A question for {{ company | default: research.name | default: first_name | default: 'you' }}"
)
TEXT = """Hi {{ first_name | default: 'there' }},

{% if research.signals contains 'hiring' %}I saw on your website that\
 {{ company | default: research.name | default: 'your company' }} is hiring.
{% elsif research.technologies %}I saw that your website uses\
 {{ research.technologies.first | default: 'tools that we know' }}.
{% endif %}{% if title %}As {{ title }}{% if company %} at {{ company }}{% endif %}, you{% else %}\
You{% endif %} may be the right person to ask: is this the time to talk about what we do?

If it is not, tell me, and I will not write again.

{{ sender.name | default: 'Best regards' }}
"""


def starter_step() -> Step:
    """Return a new step with the starter template."""
    return Step(
        id=ids.new("stp"),
        channel="email",
        wait_value=0,
        wait_unit="days",
        condition="always",
        variants=[Variant(id="a", subject=SUBJECT, text=TEXT)],
    )
