"""Sound that is not what its document says is refused in words that name both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.runtime.errors import CuegraphError
from services.runtime.sound import SoundShape, require_shape

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
