"""Language tags: from BCP-47, which Cuegraph speaks, to ISO 639-2, which containers write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import unknown_name

UNDETERMINED = "und"
_TAG = re.compile(r"(?P<language>[A-Za-z]{2,3})(-(?P<script>[A-Za-z]{4}))?(-(?P<region>[A-Za-z]{2}|\d{3}))?")

_ISO_639 = """
aa aar Afar; ab abk Abkhazian; ae ave Avestan; af afr Afrikaans; ak aka Akan; am amh Amharic;
an arg Aragonese; ar ara Arabic; as asm Assamese; av ava Avaric; ay aym Aymara; az aze Azerbaijani;
ba bak Bashkir; be bel Belarusian; bg bul Bulgarian; bi bis Bislama; bm bam Bambara; bn ben Bengali;
bo bod/tib Tibetan; br bre Breton; bs bos Bosnian; ca cat Catalan; ce che Chechen; ch cha Chamorro;
co cos Corsican; cr cre Cree; cs ces/cze Czech; cu chu Church Slavic; cv chv Chuvash; cy cym/wel Welsh;
da dan Danish; de deu/ger German; dv div Divehi; dz dzo Dzongkha; ee ewe Ewe; el ell/gre Greek;
en eng English; eo epo Esperanto; es spa Spanish; et est Estonian; eu eus/baq Basque; fa fas/per Persian;
ff ful Fulah; fi fin Finnish; fj fij Fijian; fo fao Faroese; fr fra/fre French; fy fry Western Frisian;
ga gle Irish; gd gla Scottish Gaelic; gl glg Galician; gn grn Guarani; gu guj Gujarati; gv glv Manx;
ha hau Hausa; haw haw Hawaiian; he heb Hebrew; hi hin Hindi; ho hmo Hiri Motu; hr hrv Croatian;
ht hat Haitian Creole; hu hun Hungarian; hy hye/arm Armenian; hz her Herero; ia ina Interlingua;
id ind Indonesian; ie ile Interlingue; ig ibo Igbo; ii iii Sichuan Yi; ik ipk Inupiaq; io ido Ido;
is isl/ice Icelandic; it ita Italian; iu iku Inuktitut; ja jpn Japanese; jv jav Javanese;
ka kat/geo Georgian; kg kon Kongo; ki kik Kikuyu; kj kua Kuanyama; kk kaz Kazakh; kl kal Kalaallisut;
km khm Khmer; kn kan Kannada; ko kor Korean; kr kau Kanuri; ks kas Kashmiri; ku kur Kurdish; kv kom Komi;
kw cor Cornish; ky kir Kyrgyz; la lat Latin; lb ltz Luxembourgish; lg lug Ganda; li lim Limburgan;
ln lin Lingala; lo lao Lao; lt lit Lithuanian; lu lub Luba-Katanga; lv lav Latvian; mg mlg Malagasy;
mh mah Marshallese; mi mri/mao Maori; mk mkd/mac Macedonian; ml mal Malayalam; mn mon Mongolian;
mr mar Marathi; ms msa/may Malay; mt mlt Maltese; my mya/bur Burmese; na nau Nauru;
nb nob Norwegian Bokmål; nd nde North Ndebele; ne nep Nepali; ng ndo Ndonga; nl nld/dut Dutch;
nn nno Norwegian Nynorsk; no nor Norwegian; nr nbl South Ndebele; nv nav Navajo; ny nya Chichewa;
oc oci Occitan; oj oji Ojibwa; om orm Oromo; or ori Oriya; os oss Ossetian; pa pan Punjabi; pi pli Pali;
pl pol Polish; ps pus Pashto; pt por Portuguese; qu que Quechua; rm roh Romansh; rn run Rundi;
ro ron/rum Romanian; ru rus Russian; rw kin Kinyarwanda; sa san Sanskrit; sc srd Sardinian; sd snd Sindhi;
se sme Northern Sami; sg sag Sango; sh hbs Serbo-Croatian; si sin Sinhala; sk slk/slo Slovak;
sl slv Slovenian; sm smo Samoan; sn sna Shona; so som Somali; sq sqi/alb Albanian; sr srp Serbian;
ss ssw Swati; st sot Southern Sotho; su sun Sundanese; sv swe Swedish; sw swa Swahili; ta tam Tamil;
te tel Telugu; tg tgk Tajik; th tha Thai; ti tir Tigrinya; tk tuk Turkmen; tl tgl Tagalog; tn tsn Tswana;
to ton Tonga; tr tur Turkish; ts tso Tsonga; tt tat Tatar; tw twi Twi; ty tah Tahitian; ug uig Uighur;
uk ukr Ukrainian; ur urd Urdu; uz uzb Uzbek; ve ven Venda; vi vie Vietnamese; vo vol Volapük;
wa wln Walloon; wo wol Wolof; xh xho Xhosa; yi yid Yiddish; yo yor Yoruba; yue yue Yue Chinese;
za zha Zhuang; zh zho/chi Chinese; zu zul Zulu
"""
"""Every language with a two-letter code, and those that Whisper knows without one: BCP-47 subtag, ISO 639-2 code
(terminology/bibliographic where these differ), English name."""


@dataclass(frozen=True)
class Language:
    """One language under its several names."""

    subtag: str
    """The BCP-47 primary subtag, e.g. `de`."""
    terminology_code: str
    """ISO 639-2/T, which MP4 writes, e.g. `deu`."""
    bibliographic_code: str
    """ISO 639-2/B, which Matroska writes, e.g. `ger`."""
    english_name: str


def _parse(entry: str) -> Language:
    subtag, codes, english_name = entry.split(maxsplit=2)
    terminology, _, bibliographic = codes.partition("/")
    return Language(subtag, terminology, bibliographic or terminology, english_name)


_LANGUAGES = tuple(_parse(entry) for entry in " ".join(_ISO_639.split()).split("; "))
_BY_CODE = {
    code: language
    for language in _LANGUAGES
    for code in (language.subtag, language.terminology_code, language.bibliographic_code)
}


def language(tag: str) -> Language:
    """The language of a BCP-47 tag (`pt-BR`) or an ISO 639-2 code (`por`). Raises UnknownName."""
    found = _BY_CODE.get(_primary(tag))
    if found is None:
        raise unknown_name("language", tag, _BY_CODE)
    return found


def canonical_tag(tag: str) -> str:
    """A tag of language, script and region as BCP-47 writes it: `pt-BR` for `por_br`. Raises UnknownName."""
    found = _TAG.fullmatch(tag.replace("_", "-"))
    if found is None:
        raise unknown_name("language", tag, _BY_CODE)
    script, region = (found[part] or "" for part in ("script", "region"))
    return "-".join(filter(None, (language(found["language"]).subtag, script.title(), region.upper())))


def is_same_language(one: str, other: str) -> bool:
    """Whether two tags, of either kind, name one language; script and region do not count."""
    first, second = _BY_CODE.get(_primary(one)), _BY_CODE.get(_primary(other))
    return first == second if first and second else _primary(one) == _primary(other)


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()
