"""Count participatory budgets: exact results, explained, certified, recountable by anyone.

``count(read_pabulib("town.pb"), RuleCard(rule="equal-shares", completion="add1")).winners`` is a tuple of project ids.
docs/count/tutorial.md goes through the whole of it.
"""

from .card import Pot, RuleCard, stated_card
from .counting import count
from .election import Ballots, Election, Project
from .pabulib import PabulibError, read_pabulib
from .pabulib_write import write_pabulib
from .result import Result
from .ties import Tie, lot

__version__ = "0.1.0"

__all__ = [
    "Ballots",
    "Election",
    "PabulibError",
    "Pot",
    "Project",
    "Result",
    "RuleCard",
    "Tie",
    "count",
    "lot",
    "read_pabulib",
    "stated_card",
    "write_pabulib",
]
