"""Seeded chance that deals like a deck of cards, so that nothing is said twice before everything was said once."""

import random
from typing import Any
from uuid import UUID


class Chance(random.Random):
    """The same seed makes the same choices."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.decks: dict[tuple[str, ...], list[str]] = {}

    def deal(self, texts: tuple[str, ...]) -> str:
        """The next text of a shuffled deck; a new one is shuffled when it is used up."""
        deck = self.decks.get(texts)
        if not deck:
            deck = self.decks[texts] = self.sample(texts, len(texts))
        return deck.pop()

    def one_in(self, number: float) -> bool:
        """True once in so many times."""
        return self.random() < 1 / number

    def weighted(self, weights: dict[Any, int]) -> Any:
        """One of the keys, as often as its weight says."""
        return self.choices(list(weights), list(weights.values()))[0]

    def token(self) -> UUID:
        """A form token."""
        return UUID(int=self.getrandbits(128))
