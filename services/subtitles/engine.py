"""Engine: finds the shot changes of a film with PySceneDetect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.runtime.errors import UnreadableMedia
from services.runtime.progress import Progress

_WIDTH = 256
"""Pixels to which frames are made smaller before they are compared, as PySceneDetect does."""
_THRESHOLD = 27.0
"""PySceneDetect's own: the mean change of hue, saturation and brightness, of 255, that is taken for a cut."""
_SHORTEST_SHOT_SECONDS = 0.5
"""A change that comes sooner after another belongs to it, e.g. a flash."""


def shot_changes(film: Path, start: float, end: float, progress: Progress) -> list[float]:
    """When the first frames of new shots are shown, in seconds of the film's first video stream, in order.

    Reads the frames between `start` and `end` (seconds of that stream) one by one, and keeps two of them.
    Raises UnreadableMedia if no frame can be read, Cancelled when the run is called off.
    """
    from scenedetect.backends.opencv import VideoStreamCv2  # noqa: PLC0415  heavy
    from scenedetect.common import FrameTimecode  # noqa: PLC0415
    from scenedetect.video_stream import VideoOpenFailure  # noqa: PLC0415

    try:
        video = VideoStreamCv2(str(film))
    except (OSError, VideoOpenFailure) as error:
        raise UnreadableMedia(f"the picture of {film.name} cannot be opened for its shot changes: {error}") from error
    try:
        if start > 0:
            video.seek(FrameTimecode(float(start), video.frame_rate))
        return _cuts(video, film, start, end, progress)
    finally:
        video.capture.release()


def _cuts(video: Any, film: Path, start: float, end: float, progress: Progress) -> list[float]:
    import cv2  # noqa: PLC0415  heavy
    from scenedetect.detectors import ContentDetector  # noqa: PLC0415

    detector = ContentDetector(threshold=_THRESHOLD, min_scene_len=_SHORTEST_SHOT_SECONDS)
    size = _small(video.frame_size)
    cuts: list[float] = []
    seen = False
    while (frame := video.read()) is not False:
        seen = True
        now = video.position
        if now.seconds > end:
            break
        small = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
        cuts.extend(cut.seconds for cut in detector.process_frame(now, small))
        _tell(progress, now.seconds - start)
    if not seen:
        raise UnreadableMedia(f"the picture of {film.name} has no frame that can be read for its shot changes")
    return cuts


def _tell(progress: Progress, done_seconds: float) -> None:
    """Once for every second of film; a cancelled run stops at any frame."""
    if done_seconds >= progress.done_seconds + 1:
        progress(done_seconds)
    progress.check()


def _small(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    return (_WIDTH, max(1, height * _WIDTH // width)) if width > _WIDTH else size
