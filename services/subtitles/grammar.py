"""Grammars: the words of a language that say where its clauses begin and what must stay together."""

from __future__ import annotations

from dataclasses import dataclass

from services.documents.folding import language_of

NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grammar:
    """All words in lower case."""

    conjunctions: frozenset[str] = NO_WORDS
    prepositions: frozenset[str] = NO_WORDS
    binding: frozenset[str] = NO_WORDS
    """Words that belong to the next one, e.g. an article to its noun."""
    abbreviations: frozenset[str] = NO_WORDS
    """Words whose full stop ends no sentence."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_ENGLISH = Grammar(
    conjunctions=words("""
        after although and as because before but how if nor or since so than that though unless until what when whenever
        where whereas whether which while who whom whose why yet
    """),
    prepositions=words("""
        about above across against along among around at behind below beneath beside between beyond by despite down
        during for from in inside into near off on onto out outside over past through throughout toward towards under
        up upon with within without
    """),
    binding=words("""
        a about an and any at but by each every for from her his if in into its my no of on or our some that the their
        these this those to very who which with your because
        am are be been can could did do does had has have is may might must not shall should was were will would
        i you he she it we they i'm you're he's she's it's we're they're
        can't couldn't didn't doesn't don't isn't wasn't won't wouldn't
    """),
    abbreviations=words("capt. col. dr. gen. jr. lt. mr. mrs. ms. prof. sgt. sr. st. vs."),
)
_PORTUGUESE = Grammar(
    conjunctions=words(
        "e mas ou nem porque pois que se quando enquanto embora caso como onde portanto porém quem qual"
    ),
    prepositions=words("""
        após ante até com contra de desde durante em entre para perante por sem sob sobre do da dos das no na nos nas
        ao à aos às pelo pela pelos pelas dum duma num numa
    """),
    binding=words("""
        o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas para com sem sobre entre
        ao à aos às e que se não muito mais meu minha meus minhas teu tua seu sua seus suas nosso nossa este esta esse
        essa aquele aquela eu tu ele ela nós eles elas você vocês me te lhe nos é são foi era está estão ser ter tem
        vai vou pode podia poderia deve devia deveria havia tinha
    """),
    abbreviations=words("sr. sra. srta. dr. dra. prof. profa. d. av."),
)
_SPANISH = Grammar(
    conjunctions=words("y e pero o u ni porque pues que si cuando mientras aunque como donde sino quien cual"),
    prepositions=words("""
        ante bajo con contra de desde durante en entre hacia hasta para por según sin sobre tras del al
    """),
    binding=words("""
        el la los las un una unos unas lo de del al a en con por para sin sobre entre y e que si no muy más mi mis tu
        tus su sus nuestro nuestra este esta estos estas ese esa aquel aquella yo tú él ella nosotros ellos ellas usted
        ustedes me te se le les nos es son fue era está están ser haber ha he han había va voy puede podía podría debe
        debía debería
    """),
    abbreviations=words("sr. sra. srta. dr. dra. prof. d. ud. uds. av."),
)
_GRAMMARS = {"en": _ENGLISH, "es": _SPANISH, "pt": _PORTUGUESE}


def grammar(language_code: str) -> Grammar:
    """The grammar of a BCP-47 language; where none is known, punctuation and pauses decide alone."""
    return _GRAMMARS.get(language_of(language_code), Grammar())
