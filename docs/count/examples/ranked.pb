META
key;value
description;A ranked ballot
num_projects;3
num_votes;4
budget;24
vote_type;ordinal
rule;unknown
currency;GBP
PROJECTS
project_id;cost;name
hall;10;Hall roof
pond;12;Pond
gate;3;Gate
VOTES
voter_id;vote
1;hall,pond
2;hall,pond
3;pond,gate
4;gate,pond
