"""Small elections, made by hand, that tests share."""

from __future__ import annotations

from pennypot.count import Election

TOWN = """META
key;value
description;Town meadow
num_projects;4
num_votes;6
budget;900
vote_type;approval
rule;greedy
min_project_score_threshold;2
currency;GBP
PROJECTS
project_id;cost;votes;name;category;selected
swings;600;4;Swings for the park;play;1
trees;300;3;Forty trees;green;0
bench;200;3;A bench;green;1
fence;500;1;A fence;;0
VOTES
voter_id;vote;age
a;swings,trees;31
b;swings;44
c;swings,bench;19
d;trees,bench,fence;70
e;trees,bench;52
f;swings;28
"""

POINTS = """META
key;value
num_projects;3
num_votes;3
budget;100
vote_type;cumulative
PROJECTS
project_id;cost;score
a;60;6
b;50;5
c;40;4
VOTES
voter_id;vote;points
1;a,b;4,1
2;a,c;2,3
3;b,c;4,1
"""


def build(costs: dict[str, int], budget: int, ballots, **more) -> Election:
    """An election from a few words: ballots as strings of one-letter ids, or as mappings."""
    return Election.build(costs.items(), budget, [b if isinstance(b, dict) else list(b) for b in ballots], **more)
