"""Words of English grammar: four of them in a row tell nothing."""

from __future__ import annotations

STOPWORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing don down during each even every few for from further get gets go got had has have
    having he her here hers him his how however if in into is isn it its just let like ll made make may me might more
    most much must my need no nor not now of off on once one only or other our out over own per re same she should so
    some still such than that the their theirs them then there these they this those though through to too two under
    until up use used using ve very via was way we well were what when where which while who whom why will with within
    without would yes yet you your yours""".split()  # noqa: SIM905  one quote a word would hide the words
)
