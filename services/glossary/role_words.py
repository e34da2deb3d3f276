"""English words in the names of roles: those that go before a name, and those that say there is none."""

from __future__ import annotations

_BEFORE = """
agent aunt brother captain capt col colonel count countess detective deputy doctor dr dame father general gen
inspector judge king lady lieutenant little lord lt madam major master miss mother mr mrs ms nurse officer old
president prince princess prof professor queen reverend sergeant sgt sheriff sir sister the uncle young
"""

_ROLES = """
additional agent announcer attendant baby bartender bouncer boy boyfriend brother bystander captain child clerk
cop customer dad dancer daughter deputy detective doctor driver extra family father friend girl girlfriend guard
guest guy her herself himself his host husband inspector kid lady lawyer man manager member mom mother narrator
neighbor neighbour nurse officer parent passenger patient pedestrian policeman policewoman priest receptionist
reporter secretary self sergeant sheriff singer sister soldier son student teacher teenager thug uncle unnamed
various victim villager voice voices waiter waitress wife witness woman worker
"""

_ORDINARY = """
art bill black brown chase dean drew faith frank grace gray green grey guy hope joy little long mark may miles
page pat ray rich rob rose rusty sue summer white will young
"""

BEFORE_NAMES = frozenset(_BEFORE.split())
"""They are left away where a name follows."""
ROLES = frozenset(_ROLES.split())
"""A role with one of them has no name."""
ORDINARY = frozenset(_ORDINARY.split())
"""Names that begin sentences as other words: alone they are no form of anybody."""
PARTICLES = frozenset({"and", "at", "from", "in", "of", "on", "with"})
"""`Lawrence of Arabia` is not called Arabia."""
