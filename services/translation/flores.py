"""FLORES-200 codes: what NLLB-200 and IndicTrans2 call languages.

NLLB Team: *No language left behind: scaling human-centered machine translation*. arXiv:2207.04672, 2022, table 1.
"""

from __future__ import annotations

from services.documents.folding import language_of
from services.runtime.errors import LanguagePairUnknown

from .pairs import Pair
from .scripts import script_of

_CODES = """
af afr_Latn; ak aka_Latn; am amh_Ethi; ar arb_Arab; as asm_Beng; ay ayr_Latn; az azj_Latn; ba bak_Cyrl; be bel_Cyrl;
bg bul_Cyrl; bm bam_Latn; bn ben_Beng; bo bod_Tibt; bs bos_Latn; ca cat_Latn; cs ces_Latn; cy cym_Latn; da dan_Latn;
de deu_Latn; dz dzo_Tibt; ee ewe_Latn; el ell_Grek; en eng_Latn; eo epo_Latn; es spa_Latn; et est_Latn; eu eus_Latn;
fa pes_Arab; ff fuv_Latn; fi fin_Latn; fj fij_Latn; fo fao_Latn; fr fra_Latn; ga gle_Latn; gd gla_Latn; gl glg_Latn;
gn grn_Latn; gu guj_Gujr; ha hau_Latn; he heb_Hebr; hi hin_Deva; hr hrv_Latn; ht hat_Latn; hu hun_Latn; hy hye_Armn;
id ind_Latn; ig ibo_Latn; is isl_Latn; it ita_Latn; ja jpn_Jpan; jv jav_Latn; ka kat_Geor; kg kon_Latn; ki kik_Latn;
kk kaz_Cyrl; km khm_Khmr; kn kan_Knda; ko kor_Hang; kr knc_Latn; ks kas_Arab; ku kmr_Latn; ky kir_Cyrl; lb ltz_Latn;
lg lug_Latn; li lim_Latn; ln lin_Latn; lo lao_Laoo; lt lit_Latn; lv lvs_Latn; mg plt_Latn; mi mri_Latn; mk mkd_Cyrl;
ml mal_Mlym; mn khk_Cyrl; mr mar_Deva; ms zsm_Latn; mt mlt_Latn; my mya_Mymr; nb nob_Latn; ne npi_Deva; nl nld_Latn;
nn nno_Latn; no nob_Latn; ny nya_Latn; oc oci_Latn; om gaz_Latn; or ory_Orya; pa pan_Guru; pl pol_Latn; ps pbt_Arab;
pt por_Latn; qu quy_Latn; rn run_Latn; ro ron_Latn; ru rus_Cyrl; rw kin_Latn; sa san_Deva; sc srd_Latn; sd snd_Arab;
sg sag_Latn; si sin_Sinh; sk slk_Latn; sl slv_Latn; sm smo_Latn; sn sna_Latn; so som_Latn; sq als_Latn; sr srp_Cyrl;
ss ssw_Latn; st sot_Latn; su sun_Latn; sv swe_Latn; sw swh_Latn; ta tam_Taml; te tel_Telu; tg tgk_Cyrl; th tha_Thai;
ti tir_Ethi; tk tuk_Latn; tl tgl_Latn; tn tsn_Latn; tr tur_Latn; ts tso_Latn; tt tat_Cyrl; tw twi_Latn; ug uig_Arab;
uk ukr_Cyrl; ur urd_Arab; uz uzn_Latn; vi vie_Latn; wo wol_Latn; xh xho_Latn; yi ydd_Hebr; yo yor_Latn; yue yue_Hant;
zh zho_Hans; zu zul_Latn
"""
_BY_LANGUAGE = dict(entry.split() for entry in " ".join(_CODES.split()).split("; "))
_BY_TAG = {"zh-Hant": "zho_Hant", "zh-TW": "zho_Hant", "zh-HK": "zho_Hant", "ks-Deva": "kas_Deva"}
"""Where script or region of the tag tell more than its language."""
INDIC = frozenset(
    """
    asm_Beng ben_Beng eng_Latn guj_Gujr hin_Deva kan_Knda kas_Arab kas_Deva mal_Mlym mar_Deva npi_Deva ory_Orya pan_Guru
    san_Deva snd_Arab tam_Taml tel_Telu urd_Arab
    """.split()  # noqa: SIM905  quotes around each would not help the reader
)
"""What IndicTrans2 knows of these (Gala et al. 2023, arXiv:2305.16307); it knows more that have no two-letter code."""


def flores_code(language_code: str) -> str | None:
    """The code for a BCP-47 tag; None if there is none for its language, or none in the script that it names."""
    special = next((code for tag, code in _BY_TAG.items() if f"{language_code}-".startswith(f"{tag}-")), None)
    code = special or _BY_LANGUAGE.get(language_of(language_code))
    script = script_of(language_code)
    return code if code is None or script in ("", code.partition("_")[2]) else None


def flores_pair(pair: Pair, known: frozenset[str] | None = None) -> tuple[str, str]:
    """Both codes. Raises LanguagePairUnknown for a language that has none, or is not among the `known`."""
    source, target = flores_code(pair.source), flores_code(pair.target)
    for tag, code in ((pair.source, source), (pair.target, target)):
        if code is None or (known is not None and code not in known):
            raise LanguagePairUnknown(f"the engine set for {pair} does not know {tag!r}; mend translation.engines")
    assert source is not None
    assert target is not None
    return source, target
