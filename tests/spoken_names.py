"""Sentences with names that a recogniser cannot know, and names that nobody says in them."""

from __future__ import annotations

SENTENCES = {
    "We sailed from Velmora to the harbor of Tarsis before the storm.": ("Velmora", "Tarsis"),
    "Captain Okonkwo gave the letter to Marguerite in the garden.": ("Okonkwo", "Marguerite"),
    "Nobody in Cuegraph knew why Siegfried had left the city.": ("Cuegraph", "Siegfried"),
    "Elinor told Marianne that Willoughby would not come back.": ("Elinor", "Marianne", "Willoughby"),
    "The old wizard Zarathan lives beyond the Kelmont mountains.": ("Zarathan", "Kelmont"),
    "Doctor Brzezinski asked Ingrid about the experiment.": ("Brzezinski", "Ingrid"),
    "They buried the sword of Aldemar under the temple in Quellon.": ("Aldemar", "Quellon"),
    "Yesterday Bertrand met Lysandra at the station.": ("Bertrand", "Lysandra"),
    "The Orsini family has owned this house for a hundred years.": ("Orsini",),
    "I will not go to Barton without Colonel Brandon.": ("Barton", "Brandon"),
    "Tell Kowalski that the Nautilus leaves at midnight.": ("Kowalski", "Nautilus"),
    "Jormund laughed and threw the map of Eskaria into the fire.": ("Jormund", "Eskaria"),
    "The weather was cold and windy, so the children stayed at home all day.": (),
    "My brother wanted a new bicycle for his birthday, but he got a small radio.": (),
    "Nobody in the village had ever seen such a large and beautiful ship before.": (),
    "When the music stopped, everyone turned around and looked at the open door.": (),
}
NAMES = tuple(name for names in SENTENCES.values() for name in names)
UNSAID = tuple(
    """
    Hermione Dumbledore Gandalf Aragorn Legolas Daenerys Tyrion Cersei Yennefer Geralt Vesemir Kvothe Elodin Rincewind
    Vetinari Vimes Angua Weatherwax Atreides Harkonnen Jessica Stilgar Chani Arrakis Caladan Hyperion Kassad Silenus
    Rachmael Deckard Moriarty Lestrade Watson Hudson Irene Mycroft Baskerville Poirot Hastings Japp Marple Bennet
    Bingley Darcy Wickham Lydia Kitty Heathcliff Catherine Earnshaw Linton Nelly Rochester Thornfield Ferrars Palmer
    Middleton Jennings Steele Norland Cleveland Delaford Raskolnikov Sonya Marmeladov Razumikhin Dunya Karenina Vronsky
    Levin Oblonsky Bezukhov Bolkonsky Rostov Natasha Ishmael Queequeg Starbuck Stubb Pequod Ahab Nemo Aronnax Conseil
    Fogg Passepartout Aouda Lidenbrock Axel Hans Phileas
    """.split()  # noqa: SIM905  eighty pairs of quotes would not help the reader
)
