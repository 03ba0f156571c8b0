"""How much of a month's net pay can be seized, and so how much may be set off against it.

Source: § 850c ZPO; § 394 BGB.
"""

from datetime import date

from coop.errors import InvalidInput
from payroll.germany.law import german_law

_MOST_DEPENDANTS = 5


def seizable_cents(net_cents: int, dependants: int, day: date) -> int:
    """What of a month's net pay lies above the limits of § 850c ZPO; 0 where nothing does.

    Net pay is cut to ten euros first (§ 850c (5) ZPO), and the share that is kept is taken as far as the limits go
    on; both to the favour of the person. Raises: LawUnknown; InvalidInput.
    """
    if not 0 <= dependants <= _MOST_DEPENDANTS:
        raise InvalidInput(f"dependants: give 0 to {_MOST_DEPENDANTS}; more are not counted")
    law = german_law(day)
    limit = int(law["seizure.basic_month"] * 100)
    kept, first, further = law["seizure.kept_tenths"]
    if dependants:
        limit += int(law["seizure.first_dependant_month"] * 100)
        limit += int(law["seizure.further_dependant_month"] * 100) * (dependants - 1)
        kept += first + further * (dependants - 1)
    net = max(0, net_cents) // 1000 * 1000
    if net <= limit:
        return 0
    top = int(law["seizure.wholly_above_month"] * 100)
    shared = min(net, top) - limit
    seizable: int = max(0, shared) * (10 - kept) // 10 + max(0, net - max(top, limit))
    return seizable
