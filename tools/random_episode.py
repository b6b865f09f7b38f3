# SPDX-License-Identifier: MIT
"""The text of an episode at random: close-ups, dialogues in shot and counter-shot, wide shots with small faces,
people who walk past each other, pictures without anybody; cuts, dissolves, fades, flashes, pans, zooms."""
import random

from episode_case import PHOTO_FACES, PLACES, PORTRAITS, SAME_PERSON, SOURCES, CaseError, even

# The looks of each person: other clips or photos of the same one.
EVERYBODY = {}
for source in ["franck", "cap12", "cap13", *PHOTO_FACES, *PORTRAITS]:
    EVERYBODY.setdefault(SOURCES[source].person, []).append(source)
BY_DEFAULT = [person for person, looks in EVERYBODY.items() if looks[0] not in PORTRAITS]

COLOURS = ["0x404850", "0x806040", "0x305030", "0xb0a890"]
CHECKS = """set stride 5
expect people found >= 0.98
expect tracks per person and scene <= 1.2
expect no mixed track
expect no track crosses a cut
"""


class Director:
    """Writes scenes until the time is over."""

    def __init__(self, seed, people):
        self.dice = random.Random(seed)
        pool = BY_DEFAULT if people <= len(BY_DEFAULT) else list(EVERYBODY)
        self.cast = self.dice.sample(pool, people)
        self.weights = [1 / (i + 1) ** 0.5 for i in range(people)]  # some have larger parts
        self.place = ""

    def pick(self, count):
        """Different people, those with larger parts more often."""
        chosen, names = [], list(self.cast)
        weights = list(self.weights)
        for _ in range(min(count, len(names))):
            i = self.dice.choices(range(len(names)), weights)[0]
            chosen.append(names.pop(i))
            weights.pop(i)
        return chosen

    def person(self, name, spot, size, length, more=""):
        """A person's text; another look, part of the clip, light and side each time."""
        look = self.dice.choice(EVERYBODY[name])
        text = f"{look} {spot} {size}"
        if SOURCES[look].seconds:
            text += f" from {self.dice.uniform(0, SOURCES[look].seconds - length - 1):.2f}s"
        if self.dice.random() < 0.3:
            text += f" light {self.dice.uniform(-0.12, 0.12):.2f}"
        if self.dice.random() < 0.3:
            text += " mirror"
        return text + more

    def size(self, low, high):
        """Stays, or zooms in or out a little."""
        first = self.dice.uniform(low, high)
        if self.dice.random() < 0.7:
            return f"size {first:.2f}"
        return f"size {first:.2f} to {self.dice.uniform(low, high):.2f}"

    def spot(self, middle, drift=0.04):
        if self.dice.random() < 0.6:
            return f"at {middle:.2f}"
        return f"at {middle - drift:.2f} to {middle + drift:.2f}"

    def side_by_side(self, count, low, high, length):
        spots = [(i + 0.5) / count for i in range(count)]
        people = []
        for name, spot in zip(self.pick(count), spots):
            more = ""
            if count > 1 and length >= 4 and self.dice.random() < 0.15:
                more = self.dice.choice([f" enters {length / 2:.1f}s", f" leaves {length / 2:.1f}s"])
            people.append(self.person(name, self.spot(spot, 0.1 / count), self.size(low, high), length, more))
        return people

    def crossing(self, length):
        """One walks past the other, in front."""
        first, second = self.pick(2)
        ways = self.dice.choice(["at 0.2 to 0.8", "at 0.8 to 0.2"])
        return [self.person(first, "at 0.5", self.size(0.5, 0.65), length),
                self.person(second, ways, self.size(0.5, 0.65), length)]

    def shot(self, kind, length):
        """The people of a shot."""
        if kind == "nobody":
            return []
        if kind == "close":
            return [self.person(self.pick(1)[0], self.spot(self.dice.uniform(0.3, 0.7)), self.size(0.5, 0.95), length)]
        if kind == "crossing" and len(self.cast) > 1:
            return self.crossing(length)
        if kind == "wide" and len(self.cast) > 3:
            return self.side_by_side(self.dice.choice([4, 5]), 0.22, 0.34, length)
        count = min(3 if kind == "three" else 2, len(self.cast))
        return self.side_by_side(count, 0.35, {1: 0.9, 2: 0.72, 3: 0.5}[count], length)

    def header(self, length, transition=True):
        text = f"scene {length}s"
        if transition and self.place and self.dice.random() < 0.12:
            text += f" {self.dice.choice(['dissolve', 'fade'])} 0.6s"
        if length >= 3 and self.dice.random() < 0.08:
            text += f" flash {length / 2:.1f}s"
        text += self.dice.choice(["", "", "", " shake 6"]) + self.dice.choice(["", "", " pan 60", " pan -60"])
        self.place = self.dice.choice([name for name in [*PLACES, *COLOURS] if name != self.place])
        return f"{text} background {self.place}"

    def scene(self, left):
        """Lines, and how many seconds they take; at most `left`."""
        kind = self.dice.choices(["nobody", "close", "two", "three", "wide", "crossing", "dialogue"],
                                 [1.0, 2.5, 2, 1.5, 1, 0.7, 1.2])[0]
        if kind == "dialogue" and left >= 10 and len(self.cast) > 1:
            return self.dialogue()
        length = self.dice.choice([2, 3, 4, 6, 8])
        length = left if left - length < 2 else length
        return [f"{self.header(length)}: {', '.join(self.shot(kind, length)) or 'nobody'}"], length

    def dialogue(self):
        """Two people in turn, each before a background of their own."""
        lines, pair = [], self.pick(2)
        looks = [(self.person(name, self.spot(at), self.size(0.6, 0.9), 2), place)
                 for name, at, place in zip(pair, (0.4, 0.6), self.dice.sample([*PLACES, *COLOURS], 2))]
        for turn in range(4):
            person, self.place = looks[turn % 2]
            lines.append(f"scene 2s background {self.place}: {person}")
        return lines, 8


def random_case(seed, minutes, people, width):
    """The text of a case."""
    if not 1 <= people <= len(EVERYBODY):
        raise CaseError(f"between 1 and {len(EVERYBODY)} people, not {people}")
    if minutes * 60 < 4:
        raise CaseError("an episode has four seconds at least")
    director, left = Director(seed, people), round(minutes * 60)
    lines = [f"# {minutes} minutes at random, seed {seed}, {people} people",
             f"size {width}x{even(width * 9 / 16)}"]
    while left:
        more, length = director.scene(left)
        lines += more
        left -= length
    return "\n".join(lines) + "\n" + CHECKS
