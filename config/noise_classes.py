"""Noise classes, `config/noise/<code>.yml`: texts that carry the words of a signal and are none."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from .load import HERE, load_folder
from .values import Bilingual, Strict, Text

NOISE = HERE / "noise"


class TurkishExamples(Strict):
    """Turkish sentences of ours, about invented firms: of the class, and signals that look like it and are not."""

    holds: list[Text] = Field(min_length=40)
    fails: list[Text] = Field(min_length=10)


class EnglishExamples(Strict):
    """The same in English."""

    holds: list[Text] = Field(min_length=10)
    fails: list[Text] = Field(min_length=3)


class NoiseExamples(Strict):
    """The examples of a class in both languages."""

    tr: TurkishExamples
    en: EnglishExamples


class NoiseSpec(Strict):
    """One noise class; the code is the file's name.

    `keeps`: the share of a tag's probability that is left at the least; 0 lets a certain class veto.
    `threshold`: how probable the class must be before it touches a tag; the further over, the more it lowers.
    `spares`: types it never touches.
    """

    code: str
    title: Bilingual
    definition: Bilingual
    keeps: float = Field(ge=0, lt=1)
    threshold: float = Field(0.98, gt=0, lt=1)
    spares: list[Text] = []
    examples: NoiseExamples

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        for language in ("tr", "en"):
            pair: TurkishExamples | EnglishExamples = getattr(self.examples, language)
            texts = pair.holds + pair.fails
            twice = next((text for text in texts if texts.count(text) > 1), None)
            if twice:
                raise ValueError(f"examples.{language}: {twice!r} stands twice; remove one")
        return self


def load_noise_classes(folder: Path = NOISE) -> dict[str, NoiseSpec]:
    """All noise classes of a folder by code, in order of code. Raises ConfigError listing every fault."""
    return load_folder(folder, NoiseSpec, "code")
