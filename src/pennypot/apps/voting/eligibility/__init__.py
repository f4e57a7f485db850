"""The ways in which a person shows that they may vote. Each one ends in a roll entry, for which a pass is given.

No way is knowledge alone (a name, a birth date and a postcode can be known by anyone): each needs something that only
the person has, a letter, a mailbox, a phone, a sign-in, or themselves at a desk.
"""
