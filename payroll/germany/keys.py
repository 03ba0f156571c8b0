"""The keys under which an employment is reported: group of persons and contribution groups.

Source: § 28a (3) SGB IV, § 28b (1) SGB IV with the common principles of the notices.
"""

from payroll.germany.contributions import Group
from payroll.germany.terms import Terms

_PERSONS = {Group.MINIJOB: "109", Group.SHORT_TERM: "110", Group.WERKSTUDENT: "106"}
_ORDINARY = "101"
_PENSIONER = "119"


def person_group(group: Group, terms: Terms) -> str:
    """The group of persons, such as "101"."""
    return _PERSONS.get(group, _PENSIONER if terms.pensioner else _ORDINARY)


def contribution_group(group: Group, terms: Terms) -> str:
    """The contribution groups of health, pension, unemployment and care, such as "1-1-1-1"."""
    if group is Group.SHORT_TERM:
        return "0-0-0-0"
    if group is Group.WERKSTUDENT:
        return "0-1-0-0"
    if group is Group.MINIJOB:
        exempt = terms.pension_opt_out or terms.pensioner
        return f"{'0' if terms.premiums else '6'}-{'5' if exempt else '1'}-0-0"
    pension, unemployment = ("3", "2") if terms.pensioner else ("1", "1")
    if group is Group.PRIVATE:
        return f"0-{pension}-{unemployment}-0"
    compulsory = "3" if terms.pensioner else "1"
    return f"{compulsory if terms.health_compulsory else '9'}-{pension}-{unemployment}-1"
