META
key;value
description;A town with a north and a south
country;Nowhere
unit;Example
instance;2026
num_projects;6
num_votes;11
budget;1050
vote_type;approval
rule;greedy
currency;GBP
PROJECTS
project_id;cost;votes;name;category
swings;500;7;Swings;play
path;400;6;Riverside path;streets
fair;100;5;Summer fair;together
trees;300;4;Street trees;green
bench;100;3;Benches;streets
mural;250;2;Mural;together
VOTES
voter_id;vote
1;swings,path,fair
2;swings,path,fair
3;swings,path,fair
4;swings,path,fair
5;swings,path,fair
6;swings,path
7;swings
8;trees,bench
9;trees,bench
10;trees,bench,mural
11;trees,mural
