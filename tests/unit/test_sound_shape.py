"""Sound that is not what its document says is refused in words that name both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.runtime.errors import CuegraphError
from services.runtime.sound import SoundShape, require_rate, require_shape

DESCRIBED = SoundShape(sample_count=16_000, sample_rate=16_000)


def test_the_sound_that_was_described_is_taken() -> None:
    require_shape("vocals", SoundShape(16_000, 16_000, channels=1), DESCRIBED)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sample_count": 15_999}, "15999 samples at 16000 Hz, mono"),
        ({"sample_rate": 8_000}, "16000 samples at 8000 Hz, mono"),
        ({"channels": 2}, "16000 samples at 16000 Hz, stereo"),
        ({"channels": 6}, "16000 samples at 16000 Hz, in 6 channels"),
    ],
)
def test_other_sound_is_refused(changes: dict[str, int], said: str) -> None:
    with pytest.raises(CuegraphError) as caught:
        require_shape("vocals", replace(DESCRIBED, **changes), DESCRIBED)
    assert caught.value.code == "REQUEST_INVALID"
    assert "vocals" in str(caught.value)
    assert said in str(caught.value)
    assert str(DESCRIBED) in str(caught.value)


def test_sound_at_the_rate_of_a_model_is_taken() -> None:
    require_rate("vad", 16_000, 16_000)


def test_sound_at_another_rate_is_refused_with_the_setting_that_helps() -> None:
    with pytest.raises(CuegraphError, match=r"8000 Hz and vad takes 16000; set demux\.sample_rate") as caught:
        require_rate("vad", 8_000, 16_000)
    assert caught.value.code == "REQUEST_INVALID"
